/**
 * What a replication remembers of itself, so that another process can go on where it was killed.
 *
 * <p>Positions and the newest bytes of each feed's stream enter, and stay in files that are mapped
 * into memory: however this process ends, what was written there is what leaves when the next one
 * opens them. They do not outlive a start of the machine, whose boot id is noted. Each file belongs
 * to one source and one event loop. What fails: a folder that cannot be written, that another
 * process uses, or a disk that is full, all at the start.
 */
@NullMarked
package io.understudy.replication.state;

import org.jspecify.annotations.NullMarked;
