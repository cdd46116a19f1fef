/**
 * Twins of the stress tests with a planted bug: each must fail, or the tests prove nothing.
 *
 * <p>They are test sources, so that neither the suite nor its jar runs them; {@code PlantedTest}
 * does. Nothing uses them.
 */
package org.cowcheck.stress.planted;
