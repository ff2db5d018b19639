/**
 * Captures: {@link dev.weft.device.capture.CaptureDevice} wraps a device and writes what passes to a pcapng file
 * (draft-ietf-opsawg-pcapng) that Wireshark and tshark read.
 *
 * <p>The file is written by the thread that brought the frame, after the batch, under no lock; while it writes, other threads
 * copy into a second buffer. So a capture costs a copy and a system call for each batch, and is complete up to the last batch
 * when the process is killed. A slow disk slows the thread that writes; frames that find both buffers full are missing in
 * the file and counted. A disk that is full or gone ends the capture, never the traffic.
 *
 * <pre>{@code
 * DeviceFactory traced = CaptureDevice.around(Tap.named("weft0"), Path.of("weft0.pcapng"));
 * }</pre>
 */
package dev.weft.device.capture;
