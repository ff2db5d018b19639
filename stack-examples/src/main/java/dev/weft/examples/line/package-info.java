/**
 * A line between two devices that is as bad as one likes: what the program {@code link} does. {@link
 * dev.weft.examples.line.LineSetting} reads what a user says about it, {@link dev.weft.examples.line.Line} joins the devices and
 * runs, {@link dev.weft.examples.line.LineReport} says what has happened on it.
 */
package dev.weft.examples.line;
