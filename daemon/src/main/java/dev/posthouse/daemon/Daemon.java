package dev.posthouse.daemon;

import dev.posthouse.daemon.access.AccessControl;
import dev.posthouse.daemon.access.AccessRules;
import dev.posthouse.daemon.admin.AdminServer;
import dev.posthouse.daemon.admin.AdminServer.Page;
import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.ConfigurationError;
import dev.posthouse.daemon.configuration.Setting;
import dev.posthouse.daemon.configuration.Settings;
import dev.posthouse.daemon.dialect.DialectModule;
import dev.posthouse.daemon.log.DaemonLog;
import dev.posthouse.daemon.log.EventLine;
import dev.posthouse.daemon.metrics.RelayMetrics;
import dev.posthouse.daemon.metrics.StateMetrics;
import dev.posthouse.daemon.status.Refusals;
import dev.posthouse.daemon.status.StatusReport;
import dev.posthouse.daemon.status.Totals;
import dev.posthouse.daemon.status.Waits;
import dev.posthouse.net.budget.MemoryBudget;
import dev.posthouse.net.tls.TlsServer;
import dev.posthouse.relay.limit.Descriptors;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.event.Level;

/**
 * A running relay with everything that an operator needs around it. It knows nothing of signals and of the process: that
 * is {@link DaemonProcess}.
 *
 * <p>Thread-safe. {@link #stop} drains and then ends it, {@link #close} ends it at once; {@link #awaitEnd} waits for
 * either.
 */
public final class Daemon implements AutoCloseable {

    private static final String LIFTING =
            "a reload lifts no restriction by itself, since a file may be empty by mistake: if it is meant, write "
                    + Settings.RELOAD_LIFT.name() + " = true under [" + Settings.RELOAD_LIFT.section()
                    + "] into the file, or start with "
                    + Settings.RELOAD_LIFT.flag() + " true";

    private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Instant started = Instant.now();
    private final DaemonLog log;
    private final AccessControl access;
    private final Optional<TlsServer> tls;
    private final List<DialectModule.Prepared> dialects;
    private final Totals totals = new Totals();
    private final Waits waits = new Waits(System::nanoTime);
    private final Refusals refusals = new Refusals();
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Relays relays;
    private final Optional<AdminServer> admin;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<Ending> ending = new CompletableFuture<>();

    /** In force; written under this. */
    private volatile Configuration configuration;

    private Daemon(Configuration configuration, DaemonLog log) throws IOException {
        this.configuration = configuration;
        this.log = log;
        this.access = new AccessControl(AccessRules.of(configuration));
        this.tls = Certificates.open(configuration);
        this.dialects = DialectModule.prepareAll(configuration, access);
        this.relays = Relays.start(
                configuration,
                dialects,
                tls,
                log.listener().andThen(totals).andThen(waits).andThen(refusals).andThen(new RelayMetrics(metrics)),
                services -> totals.watch(services.circuits()::running));
        try {
            MemoryBudget memory = relays.services().connections().memory();
            new StateMetrics(names(), relays::connections, relays::draining, memory, waits, totals)
                    .bindTo(metrics, version(), started);
            this.admin = startAdmin();
        } catch (IOException | RuntimeException e) {
            relays.close();
            throw e;
        }
    }

    /**
     * Starts a daemon: listens, serves the admin pages, and says in the log how open it is. The first event of the log is
     * {@code listening}.
     *
     * @param configuration to start with
     * @param sink gets each line of the log, without a line feed, on a thread of the log
     * @throws IOException if an address cannot be listened on, or a file that the configuration names cannot be read; the
     *     log has the reason, too
     */
    public static Daemon start(Configuration configuration, Consumer<String> sink) throws IOException {
        var log =
                new DaemonLog(configuration.value(Settings.LOG_LEVEL), configuration.value(Settings.LOG_FORMAT), sink);
        try {
            var daemon = new Daemon(configuration, log);
            daemon.introduce();
            return daemon;
        } catch (IOException | RuntimeException e) {
            log.note(Level.ERROR, "cannot start: " + e.getMessage());
            log.close();
            throw e;
        }
    }

    private Optional<AdminServer> startAdmin() throws IOException {
        return AdminPages.start(
                configuration,
                log,
                Map.of(
                        "/healthz", AdminServer.Source.cheap(() -> Page.text(200, "ok")),
                        "/readyz", AdminServer.Source.cheap(this::readiness),
                        "/metrics", AdminServer.Source.costly(this::metrics),
                        "/status.json", AdminServer.Source.costly(this::statusPage)));
    }

    private Page readiness() {
        return relays.draining() ? Page.text(503, "draining") : Page.text(200, "ready");
    }

    private Page metrics() {
        totals.catchUp();
        return new Page(200, METRICS_TYPE, metrics.scrape(METRICS_TYPE));
    }

    private Page statusPage() {
        return new Page(200, "application/json", status().json() + "\n");
    }

    private StatusReport status() {
        totals.catchUp();
        return new StatusReport(
                version(),
                started,
                Instant.now(),
                System.nanoTime(),
                relays.addresses(),
                relays.draining(),
                relays.connections(),
                Descriptors.ofThisProcess(),
                relays.services().connections().memory(),
                relays.circuits(),
                waits.now(),
                refusals.latest(),
                totals,
                totals.relayedBytes(names()),
                dialectAddresses(),
                configuration);
    }

    private List<String> names() {
        return dialects.stream().map(prepared -> prepared.dialect().name()).toList();
    }

    /** The addresses of the dialects that have their own way of writing them, as clients are told them, by dialect. */
    public Map<String, List<String>> dialectAddresses() {
        var all = new LinkedHashMap<String, List<String>>();
        for (DialectModule.Prepared prepared : dialects) {
            List<String> addresses = relays.addresses(prepared);
            if (!addresses.isEmpty()) {
                all.put(prepared.dialect().name(), addresses);
            }
        }
        return all;
    }

    /** What an operator should know at the start. */
    private void introduce() {
        dialectAddresses()
                .forEach((dialect, addresses) -> addresses.forEach(
                        address -> log.event(Level.INFO, dialect + "-address", Map.of("address", address))));
        for (DialectModule.Prepared prepared : dialects) {
            prepared.notes(relays.addresses()).forEach(note -> log.note(note.level(), note.text()));
        }
        admin.ifPresent(server ->
                log.event(Level.INFO, "admin-listening", Map.of("address", EventLine.text(server.address()))));
        log.note(Level.INFO, access.rules().description());
        Warnings.descriptors(log, relays.descriptors(), configuration.limits().circuitsInAll());
        new Warnings(configuration, access.rules(), admin.map(AdminServer::address))
                .all()
                .forEach(warning -> log.note(Level.WARN, warning));
    }

    /** The version of this build. */
    public static String version() {
        String version = Daemon.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Where peers connect, with the ports that the system chose. */
    public List<InetSocketAddress> addresses() {
        return relays.addresses();
    }

    /** Where the admin pages are, if they are served. */
    public Optional<InetSocketAddress> adminAddress() {
        return admin.map(AdminServer::address);
    }

    /** The configuration in force. */
    public Configuration configuration() {
        return configuration;
    }

    /** For a process that makes this log its own. */
    DaemonLog log() {
        return log;
    }

    /**
     * Reads the configuration file, the file of tokens and the certificates again. Limits, access, certificates, the log's
     * level and the deadline for draining change for whatever comes next; what cannot change is named in a warning. If
     * anything is wrong with any of them, or restrictions would be lifted and {@link Settings#RELOAD_LIFT} does not say that this is
     * meant, everything stays as it is, and the log says what.
     *
     * @return whether it was taken over
     */
    public synchronized boolean reload() {
        Configuration next;
        AccessRules rules;
        try {
            next = configuration.reread();
            rules = AccessRules.of(next);
            List<String> lifted = configuration.liftedBy(configuration.changedTo(next));
            if (!lifted.isEmpty() && !next.value(Settings.RELOAD_LIFT)) {
                return notReloaded(
                        Stream.concat(lifted.stream(), Stream.of(LIFTING)).toList());
            }
            if (tls.isPresent()) {
                Certificates.reload(tls.get());
            }
            lifted.forEach(restriction -> log.note(Level.WARN, "this reload lifts a restriction: " + restriction));
        } catch (ConfigurationError e) {
            return notReloaded(e.problems());
        } catch (IOException e) {
            return notReloaded(List.of(String.valueOf(e.getMessage())));
        }
        Configuration merged = configuration.changedTo(next);
        List<String> changed = keys(configuration.differences(merged));
        List<String> unchanged = keys(merged.differences(next));
        configuration = merged;
        relays.services().admission().limits(merged.limits());
        access.rules(rules);
        log.level(merged.value(Settings.LOG_LEVEL));
        log.event(Level.INFO, "reloaded", Map.of("changed", changed));
        if (!unchanged.isEmpty()) {
            log.note(
                    Level.WARN,
                    "these settings differ now, but change only when the daemon starts again: "
                            + String.join(", ", unchanged));
        }
        log.note(Level.INFO, rules.description());
        new Warnings(merged, rules, adminAddress()).all().forEach(warning -> log.note(Level.WARN, warning));
        return true;
    }

    private boolean notReloaded(List<String> problems) {
        log.event(Level.ERROR, "not-reloaded", Map.of("problems", problems));
        return false;
    }

    private static List<String> keys(List<Setting<?>> settings) {
        return settings.stream().map(Setting::key).toList();
    }

    /**
     * Begins to stop: nobody new is let in, who waits is sent away, circuits may finish until the deadline for draining;
     * then it ends. Returns at once.
     *
     * @return false if it had been called before, in which case nothing is done
     */
    public boolean stop() {
        if (!stopping.compareAndSet(false, true)) {
            return false;
        }
        Thread.ofPlatform().name("posthouse-drain").start(this::drainAndEnd);
        return true;
    }

    private void drainAndEnd() {
        var deadline = configuration.value(Settings.DRAIN_DEADLINE);
        log.event(
                Level.INFO,
                "draining",
                fields("circuits", relays.circuits().size(), "deadlineMillis", deadline.toMillis()));
        try {
            end(relays.drain(deadline) ? Ending.DRAINED : Ending.CUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end(Ending.AT_ONCE);
        } catch (RuntimeException e) {
            log.fault("draining", e);
            end(Ending.AT_ONCE);
        }
    }

    private static Map<String, Object> fields(String first, Object one, String second, Object other) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put(first, one);
        fields.put(second, other);
        return fields;
    }

    private void end(Ending how) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        // One that has just finished may still be listed.
        int cut = how == Ending.DRAINED ? 0 : relays.circuits().size();
        relays.close();
        log.event(Level.INFO, "ended", fields("how", how.label(), "circuitsCut", cut));
        admin.ifPresent(AdminServer::close);
        log.close();
        metrics.close();
        ending.complete(how);
    }

    /** Waits until it has ended. */
    public Ending awaitEnd() throws InterruptedException {
        try {
            return ending.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("an ending is never exceptional", e);
        }
    }

    /** Ends it at once: circuits are cut. */
    @Override
    public void close() {
        stopping.set(true);
        end(Ending.AT_ONCE);
    }
}
