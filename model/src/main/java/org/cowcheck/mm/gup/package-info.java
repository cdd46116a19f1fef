/** get_user_pages() and pin_user_pages(), fast and slow, and unpinning (mm/gup.c). */
package org.cowcheck.mm.gup;
