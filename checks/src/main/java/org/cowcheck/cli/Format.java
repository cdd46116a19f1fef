package org.cowcheck.cli;

/** The formats of most reports, as users write them. */
enum Format {
  text,
  json
}
