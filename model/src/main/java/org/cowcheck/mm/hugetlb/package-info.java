/** Pages of hugetlb: their faults, fork, pins and migration (mm/hugetlb.c). */
package org.cowcheck.mm.hugetlb;
