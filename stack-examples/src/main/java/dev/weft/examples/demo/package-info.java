/**
 * What the demo shows: programs that talk to Weft ({@link dev.weft.examples.demo.Shell}) and the frames that passed
 * meanwhile ({@link dev.weft.examples.demo.FrameLog}).
 */
package dev.weft.examples.demo;
