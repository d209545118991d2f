/** Programs that relays are measured with: the data path of this project with nothing around it. */
@NullMarked
package dev.posthouse.bench.relay;

import org.jspecify.annotations.NullMarked;
