/** ksmd and khugepaged (mm/ksm.c, mm/khugepaged.c). */
package org.cowcheck.mm.daemon;
