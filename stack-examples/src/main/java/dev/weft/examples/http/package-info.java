/**
 * A small HTTP/1.1 server, written as one writes it on threads that cost nothing: a connection is served by one call
 * of {@link dev.weft.examples.http.HttpServer#serve}, which reads a request, answers it and goes on to the next until
 * somebody ends the connection.
 *
 * <p>It knows two streams and no sockets, so the same code serves a connection of Weft and one of the kernel. Nothing
 * in it grows with what a peer sends: a head is at most 16 KiB, bodies are passed on as they come. The rules are
 * those of RFC 9112 (messages) and RFC 9110 (their meaning).
 */
package dev.weft.examples.http;
