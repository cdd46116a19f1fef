/** Migration, to devices too (mm/migrate.c, mm/migrate_device.c), and device-exclusive entries. */
package org.cowcheck.mm.migrate;
