/** UFFDIO_COPY, UFFDIO_CONTINUE and UFFDIO_MOVE (mm/userfaultfd.c). */
package org.cowcheck.mm.userfaultfd;
