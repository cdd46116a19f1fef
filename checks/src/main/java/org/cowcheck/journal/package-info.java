/**
 * What a night has found: a file to which each finished cell is appended, and its reading.
 *
 * <p>It stores and returns entries; it decides nothing about them and knows no engine. The command
 * line writes it, reports are made from it.
 */
package org.cowcheck.journal;
