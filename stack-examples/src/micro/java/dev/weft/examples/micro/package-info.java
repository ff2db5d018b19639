/** What {@code stack-examples/bench/micro} measures with JMH: the parts that work for each segment, one by one. */
package dev.weft.examples.micro;
