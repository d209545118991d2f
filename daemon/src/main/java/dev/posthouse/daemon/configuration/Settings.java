package dev.posthouse.daemon.configuration;

import static dev.posthouse.daemon.configuration.Setting.Change.RELOAD;
import static dev.posthouse.daemon.configuration.Setting.Change.RESTART;

import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.relay.limit.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All settings of the daemon. A new limit is one entry of {@link #LIMITS}, a dialect's own stand in its {@link DialectSettings}; any
 * other is a constant, and its place in {@link #all}. Names, flags, the example file and the printed configuration follow from that.
 */
public final class Settings {

    /** How environment variables begin that are ours. */
    static final String ENVIRONMENT_PREFIX = "POSTHOUSE_";

    private static final List<DialectSettings> KNOWN =
            ServiceLoader.load(DialectSettings.class, Settings.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();

    private Settings() {}

    public static final Setting<List<ListenAddress>> LISTEN = new Setting<>(
            "listen",
            SettingTypes.ADDRESSES,
            List.of(ListenAddress.parse(":8080")),
            RESTART,
            "where peers connect; without a host on all interfaces, both address families; several separated by commas");
    public static final Setting<Optional<ListenAddress>> ADMIN_LISTEN = new Setting<>(
            "admin.listen",
            SettingTypes.ADDRESS_OR_OFF,
            Optional.of(ListenAddress.parse("127.0.0.1:9464")),
            RESTART,
            "where /healthz, /readyz, /metrics and /status.json are served, without any access control");
    public static final Setting<List<String>> ADMIN_HOSTS = new Setting<>(
            "admin.hosts",
            SettingTypes.HOSTS,
            List.of(),
            RESTART,
            "further names under which the admin pages may be asked for, such as that of a proxy in front; any other than these,"
                    + " loopback and the address at which a request arrives is refused");
    public static final Setting<Set<String>> DIALECTS = new Setting<>(
            "dialects",
            SettingTypes.words(KNOWN.stream().map(DialectSettings::name).toList()),
            Collections.unmodifiableSet(new LinkedHashSet<>(
                    KNOWN.stream().map(DialectSettings::name).toList())),
            RESTART,
            "which protocols are served, all on the same port; several separated by commas");
    public static final Setting<Optional<Path>> STATE = new Setting<>(
            "state",
            SettingTypes.DIRECTORY,
            Optional.empty(),
            RESTART,
            "directory of what the daemon must keep: its identity; by default the platform's for state");
    public static final Setting<Optional<Path>> TLS_CERTIFICATE = new Setting<>(
            "tls.certificate",
            SettingTypes.FILE,
            Optional.empty(),
            RESTART,
            "PEM file with the certificate and its chain; TLS is spoken on the same port, beside plain connections");
    public static final Setting<Optional<Path>> TLS_KEY = new Setting<>(
            "tls.key", SettingTypes.FILE, Optional.empty(), RESTART, "PEM file with the certificate's private key");
    public static final Setting<NetworkBlocks> PROXY_TRUSTED = new Setting<>(
            "proxy.trusted",
            SettingTypes.NETWORKS,
            NetworkBlocks.NONE,
            RESTART,
            "networks of the proxies whose PROXY protocol header (v1 or v2) is believed");
    public static final Setting<NetworkBlocks> FORWARDED_TRUSTED = new Setting<>(
            "forwarded.trusted",
            SettingTypes.NETWORKS,
            NetworkBlocks.NONE,
            RESTART,
            "networks of the HTTP proxies that say in a header on whose behalf they ask, and are believed; only proxies that"
                    + " set it in every request of a peer");
    public static final Setting<String> FORWARDED_HEADER = new Setting<>(
            "forwarded.header",
            SettingTypes.FORWARDED_HEADER,
            "X-Forwarded-For",
            RESTART,
            "the header in which they name the peer; the other one is ignored");
    public static final Setting<String> FORWARDED_PORT_HEADER = new Setting<>(
            "forwarded.port-header",
            SettingTypes.HEADER,
            "",
            RESTART,
            "the header in which they say from which port the peer connected to them; not X-Forwarded-Port, which in most"
                    + " proxies is their own port");
    public static final Setting<Optional<Path>> ACCESS_TOKENS = new Setting<>(
            "access.tokens",
            SettingTypes.FILE,
            Optional.empty(),
            RELOAD,
            "file of bearer tokens, one a line, of which a peer needs one where its dialect has tokens (rdv); lines that begin with # are comments");
    public static final Setting<Optional<Path>> ACCESS_KEYS = new Setting<>(
            "access.keys",
            SettingTypes.FILE,
            Optional.empty(),
            RELOAD,
            "file of public keys, one a line, of which a peer needs one where its dialect has keys (offset); lines that begin with # are comments");
    public static final Setting<NetworkBlocks> ACCESS_ALLOW = new Setting<>(
            "access.allow",
            SettingTypes.NETWORKS,
            NetworkBlocks.NONE,
            RELOAD,
            "networks from which peers may come; none listed means all");
    public static final Setting<NetworkBlocks> ACCESS_DENY = new Setting<>(
            "access.deny",
            SettingTypes.NETWORKS,
            NetworkBlocks.NONE,
            RELOAD,
            "networks from which peers may not come, even if they are allowed above");
    public static final Setting<Boolean> RELOAD_LIFT = new Setting<>(
            "reload.lift",
            SettingTypes.TRUTH,
            false,
            RELOAD,
            "whether a reload may lift restrictions: take tokens, keys or networks away, or a limit; in the file it says that what"
                    + " the file no longer says is meant, as a flag or variable that every reload's is");
    public static final Setting<Duration> DRAIN_DEADLINE = new Setting<>(
            "drain.deadline",
            SettingTypes.DEADLINE,
            Duration.ofSeconds(30),
            RELOAD,
            "how long circuits may take to finish once the daemon was told to stop");
    public static final Setting<LogLevel> LOG_LEVEL = new Setting<>(
            "log.level", SettingTypes.choice(LogLevel.class), LogLevel.INFO, RELOAD, "how much the log says");
    public static final Setting<LogFormat> LOG_FORMAT = new Setting<>(
            "log.format",
            SettingTypes.choice(LogFormat.class),
            LogFormat.TEXT,
            RESTART,
            "lines for people, or one JSON object a line");

    /** The relay's limits, in the order of {@link Limits}. */
    static final List<LimitSetting<?>> LIMITS = List.of(
            LimitSetting.of(
                    "head",
                    SettingTypes.SPAN,
                    Limits::head,
                    Limits.Builder::head,
                    "for a connection's first bytes, a TLS handshake and a request's head together"),
            LimitSetting.of(
                    "lobby",
                    SettingTypes.SPAN,
                    Limits::lobby,
                    Limits.Builder::lobby,
                    "how long a peer may wait for its partner"),
            LimitSetting.of(
                    "choice",
                    SettingTypes.SPAN,
                    Limits::choice,
                    Limits.Builder::choice,
                    "how long two peers that met may take to choose a route"),
            LimitSetting.of(
                    "connections-per-address",
                    SettingTypes.COUNT_OR_OFF,
                    Limits::connectionsPerAddress,
                    Limits.Builder::connectionsPerAddress,
                    "connections, from the moment they are accepted, for each address (IPv6: each /64)"),
            LimitSetting.of(
                    "waiting-per-address",
                    SettingTypes.COUNT_OR_OFF,
                    Limits::waitingPerAddress,
                    Limits.Builder::waitingPerAddress,
                    "peers that wait, for each address (IPv6: each /64)"),
            LimitSetting.of(
                    "waiting-per-key",
                    SettingTypes.countOrOff(2),
                    Limits::waitingPerKey,
                    Limits.Builder::waitingPerKey,
                    "peers that wait, for each key, in dialects whose peers have keys; 2 at least, since a newer connection needs a"
                            + " place before it takes an older one's"),
            LimitSetting.of(
                    "waiting",
                    SettingTypes.COUNT_OR_OFF,
                    Limits::waitingInAll,
                    Limits.Builder::waitingInAll,
                    "peers that wait, in all"),
            LimitSetting.of(
                    "circuits-per-address",
                    SettingTypes.COUNT_OR_OFF,
                    Limits::circuitsPerAddress,
                    Limits.Builder::circuitsPerAddress,
                    "circuits, for each address that is an end of them (IPv6: each /64)"),
            LimitSetting.of(
                    "circuits-per-key",
                    SettingTypes.COUNT_OR_OFF,
                    Limits::circuitsPerKey,
                    Limits.Builder::circuitsPerKey,
                    "circuits, for each key that an end of them has, in dialects whose peers have keys"),
            LimitSetting.of(
                    "circuits",
                    SettingTypes.COUNT_OR_OFF,
                    Limits::circuitsInAll,
                    Limits.Builder::circuitsInAll,
                    "circuits, in all"),
            LimitSetting.of(
                    "idle",
                    SettingTypes.SPAN_OR_OFF,
                    Limits::idle,
                    Limits.Builder::idle,
                    "how long a circuit may move no byte"),
            LimitSetting.of(
                    "stalled",
                    SettingTypes.SPAN_OR_OFF,
                    Limits::stalled,
                    Limits.Builder::stalled,
                    "how long bytes of a circuit may wait for a peer that takes none of them; any byte that it takes starts the"
                            + " time anew"),
            LimitSetting.of(
                    "longest",
                    SettingTypes.SPAN_OR_OFF,
                    Limits::longest,
                    Limits.Builder::longest,
                    "how long a circuit may last, whatever it moves"),
            LimitSetting.of(
                    "bytes-per-circuit",
                    SettingTypes.BYTES_OR_OFF,
                    Limits::bytesPerCircuit,
                    Limits.Builder::bytesPerCircuit,
                    "bytes of one circuit, both directions together"),
            LimitSetting.of(
                    "bytes-per-address",
                    SettingTypes.BYTES_OR_OFF,
                    Limits::bytesPerAddress,
                    Limits.Builder::bytesPerAddress,
                    "bytes of all circuits of one address in one period"),
            LimitSetting.of(
                    "bytes",
                    SettingTypes.BYTES_OR_OFF,
                    Limits::bytesInAll,
                    Limits.Builder::bytesInAll,
                    "bytes of all circuits in one period"),
            LimitSetting.of(
                    "period",
                    SettingTypes.SPAN,
                    Limits::period,
                    Limits.Builder::period,
                    "over which bytes-per-address and bytes are counted"),
            LimitSetting.of(
                    "rate-per-circuit",
                    SettingTypes.RATE_OR_OFF,
                    Limits::ratePerCircuit,
                    Limits.Builder::ratePerCircuit,
                    "bytes a second of one circuit, both directions together"),
            LimitSetting.of(
                    "rate-per-address",
                    SettingTypes.RATE_OR_OFF,
                    Limits::ratePerAddress,
                    Limits.Builder::ratePerAddress,
                    "bytes a second of all circuits of one address"),
            LimitSetting.of(
                    "rate",
                    SettingTypes.RATE_OR_OFF,
                    Limits::rateInAll,
                    Limits.Builder::rateInAll,
                    "bytes a second of all circuits"),
            LimitSetting.of(
                    "memory-per-address",
                    SettingTypes.MEMORY,
                    Limits::memoryPerAddress,
                    Limits.Builder::memoryPerAddress,
                    "memory that may be held for the peers of one address: heads, early bytes, what a slow reader has not taken;"
                            + " auto: a sixteenth of the next, or 8 MiB"),
            LimitSetting.of(
                    "memory",
                    SettingTypes.MEMORY,
                    Limits::memoryInAll,
                    Limits.Builder::memoryInAll,
                    "the same for all peers together; auto: a quarter of the heap"));

    private static final List<Setting<?>> ALL = Stream.<Stream<Setting<?>>>of(
                    Stream.of(LISTEN, DIALECTS, STATE, ADMIN_LISTEN, ADMIN_HOSTS),
                    KNOWN.stream().flatMap(dialect -> dialect.settings().stream()),
                    Stream.of(
                            TLS_CERTIFICATE,
                            TLS_KEY,
                            PROXY_TRUSTED,
                            FORWARDED_TRUSTED,
                            FORWARDED_HEADER,
                            FORWARDED_PORT_HEADER),
                    Stream.of(ACCESS_TOKENS, ACCESS_KEYS, ACCESS_ALLOW, ACCESS_DENY),
                    LIMITS.stream().map(LimitSetting::setting),
                    Stream.of(RELOAD_LIFT, DRAIN_DEADLINE, LOG_LEVEL, LOG_FORMAT))
            .flatMap(group -> group)
            .toList();

    /** The dialects that there are, whether they are served or not. */
    public static List<DialectSettings> dialects() {
        return KNOWN;
    }

    /** All, in the order of the file: settings of one section stand together, those of none first. */
    public static List<Setting<?>> all() {
        return ALL;
    }
}
