/** What {@code bench/scale} measures: what connections cost that do nothing. */
package dev.weft.examples.scale;
