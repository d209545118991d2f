package dev.posthouse.daemon.configuration;

import dev.posthouse.relay.limit.Limits;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A setting that is one of the relay's {@link Limits}; its default is theirs.
 *
 * @param setting the setting
 * @param apply sets the limit
 */
record LimitSetting<T>(Setting<T> setting, BiFunction<Limits.Builder, T, Limits.Builder> apply) {

    static <T> LimitSetting<T> of(
            String name,
            SettingType<T> type,
            Function<Limits, T> read,
            BiFunction<Limits.Builder, T, Limits.Builder> apply,
            String doc) {
        return new LimitSetting<>(
                new Setting<>("limits." + name, type, read.apply(Limits.DEFAULT), Setting.Change.RELOAD, doc), apply);
    }

    /** Sets the limit to what a configuration says. */
    Limits.Builder apply(Configuration from, Limits.Builder to) {
        return apply.apply(to, from.value(setting));
    }
}
