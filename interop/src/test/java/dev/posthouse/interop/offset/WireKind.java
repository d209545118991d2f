package dev.posthouse.interop.offset;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.offset.wire.ChannelMessage;
import dev.posthouse.offset.wire.ChannelMessage.Shape;
import dev.posthouse.offset.wire.ExchangeDh;
import dev.posthouse.offset.wire.ExchangeRandNonce;
import dev.posthouse.offset.wire.IncomingConnection;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.offset.wire.KaMessage;
import dev.posthouse.offset.wire.Octets;
import dev.posthouse.offset.wire.RejectConnection;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every message of the protocol, in every variant. */
enum WireKind {
    LISTEN("InitConnection"),
    ACCEPT("InitConnection"),
    CONNECT("InitConnection"),
    REJECT("RejectConnection"),
    INCOMING("IncomingConnection"),
    KEEP_ALIVE("KaMessage"),
    KEPT("KaMessage"),
    RAND_NONCE("ExchangeRandNonce"),
    RAND_NONCE_TO("ExchangeRandNonce"),
    DH("ExchangeDh"),
    USER("ChannelMessage"),
    REKEY("ChannelMessage"),
    USER_FLAT("ChannelMessageAlpha"),
    REKEY_FLAT("ChannelMessageAlpha");

    static final int LONGEST = 1 << 20;

    private static final long SEED = 20_261_121;

    /** Sizes of data; those around 8 KiB and 64 KiB are where builders open segments. */
    private static final List<Integer> SIZES = List.of(0, 1, 7, 8, 9, 255, 4_000, 8_143, 8_144, 8_145, 20_000, 65_535);

    private final String type;

    WireKind(String type) {
        this.type = type;
    }

    /**
     * A message as its bytes and as the tool shows it.
     *
     * @param ours as we write it
     * @param shown as JSON, every field
     */
    record Sample(ByteBuffer ours, JsonObject shown) {}

    /** Its name in the schema. */
    String type() {
        return type;
    }

    /** Messages with random contents, the same at every call. */
    List<Sample> samples(int count) {
        var random = new Random(SEED + name().hashCode());
        return Stream.generate(() -> sample(random)).limit(count).toList();
    }

    private Sample sample(Random random) {
        return switch (this) {
            case LISTEN -> sample(new InitConnection.Listen().encode(), "listen", null);
            case ACCEPT -> key(random, "accept", key -> new InitConnection.Accept(key).encode());
            case CONNECT -> key(random, "connect", key -> new InitConnection.Connect(key).encode());
            case REJECT -> key(random, "publicKey", key -> new RejectConnection(key).encode());
            case INCOMING -> key(random, "publicKey", key -> new IncomingConnection(key).encode());
            case KEEP_ALIVE -> sample(KaMessage.keepAlive(), "keepAlive", null);
            case KEPT -> kept(random);
            case RAND_NONCE -> randNonce(random, false);
            case RAND_NONCE_TO -> randNonce(random, true);
            case DH -> dh(random);
            case USER -> user(random, Shape.NESTED);
            case REKEY -> rekey(random, Shape.NESTED);
            case USER_FLAT -> user(random, Shape.FLAT);
            case REKEY_FLAT -> rekey(random, Shape.FLAT);
        };
    }

    /** Reads a message and writes it again; padding is not kept, but for its length. */
    ByteBuffer rewrite(ByteBuffer packed) throws ProtocolViolation {
        return switch (this) {
            case LISTEN, ACCEPT, CONNECT -> InitConnection.decode(packed).encode();
            case REJECT -> RejectConnection.decode(packed).encode();
            case INCOMING -> IncomingConnection.decode(packed).encode();
            case KEEP_ALIVE, KEPT ->
                KaMessage.decode(packed, LONGEST).map(KaMessage::message).orElseGet(KaMessage::keepAlive);
            case RAND_NONCE, RAND_NONCE_TO -> ExchangeRandNonce.decode(packed).encode();
            case DH -> ExchangeDh.decode(packed).encode();
            case USER, REKEY, USER_FLAT, REKEY_FLAT -> {
                ChannelMessage.Decoded message = ChannelMessage.decode(packed, LONGEST);
                yield ChannelMessage.encode(message.content(), ByteBuffer.allocate(message.padding()), message.shape());
            }
        };
    }

    private static Sample kept(Random random) {
        byte[] data = data(random);
        return sample(KaMessage.message(ByteBuffer.wrap(data)), "message", shown(data));
    }

    private static Sample randNonce(Random random, boolean named) {
        Octets nonce = octets(random, 16);
        Octets source = octets(random, 32);
        Optional<Octets> to = named ? Optional.of(octets(random, 32)) : Optional.empty();
        JsonObject union = new JsonObject();
        to.ifPresentOrElse(k -> union.add("publicKey", fixed(k)), () -> union.add("empty", null));
        return new Sample(
                new ExchangeRandNonce(nonce, source, to).encode(),
                object(Map.of("randNonce", fixed(nonce), "srcPublicKey", fixed(source), "optDestPublicKey", union)));
    }

    private static Sample dh(Random random) {
        Octets dh = octets(random, 32);
        Octets nonce = octets(random, 16);
        Octets salt = octets(random, 32);
        Octets signature = octets(random, 64);
        return new Sample(
                new ExchangeDh(dh, nonce, salt, signature).encode(),
                object(Map.of(
                        "dhPublicKey", fixed(dh),
                        "randNonce", fixed(nonce),
                        "keySalt", fixed(salt),
                        "signature", fixed(signature))));
    }

    private static Sample user(Random random, Shape shape) {
        byte[] padding = data(random);
        byte[] data = data(random);
        return inChannel(new ChannelMessage.Content.User(ByteBuffer.wrap(data)), padding, shape, "user", shown(data));
    }

    private static Sample rekey(Random random, Shape shape) {
        byte[] padding = data(random);
        Octets dh = octets(random, 32);
        Octets salt = octets(random, 32);
        return inChannel(
                new ChannelMessage.Content.Rekey(dh, salt),
                padding,
                shape,
                "rekey",
                object(Map.of("dhPublicKey", fixed(dh), "keySalt", fixed(salt))));
    }

    private static Sample inChannel(
            ChannelMessage.Content content, byte[] padding, Shape shape, String variant, JsonElement shown) {
        JsonObject union = new JsonObject();
        union.add(variant, shown);
        return new Sample(
                ChannelMessage.encode(content, ByteBuffer.wrap(padding), shape),
                object(Map.of("randPadding", shown(padding), "content", union)));
    }

    private static Sample key(Random random, String field, Function<Octets, ByteBuffer> encode) {
        Octets key = octets(random, 32);
        return sample(encode.apply(key), field, fixed(key));
    }

    private static Sample sample(ByteBuffer ours, String field, @Nullable JsonElement shown) {
        JsonObject object = new JsonObject();
        object.add(field, shown);
        return new Sample(ours, object);
    }

    private static JsonObject object(Map<String, JsonElement> fields) {
        JsonObject object = new JsonObject();
        fields.forEach(object::add);
        return object;
    }

    /** Every fourth is poor in bits: packing has cases for zeros and for words without any. */
    private static byte[] random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        if (random.nextInt(4) == 0) {
            for (int i = 0; i < length; i++) {
                bytes[i] = random.nextInt(3) == 0 ? bytes[i] : 0;
            }
        }
        return bytes;
    }

    private static byte[] data(Random random) {
        int size = SIZES.get(random.nextInt(SIZES.size()));
        return random(random, size);
    }

    static Octets octets(Random random, int length) {
        return Octets.of(random(random, length));
    }

    private static JsonArray shown(byte[] data) {
        var array = new JsonArray(data.length);
        for (byte each : data) {
            array.add(each & 0xff);
        }
        return array;
    }

    /** Groups of eight as big-endian numbers (spec 6.4). */
    private static JsonObject fixed(Octets octets) {
        ByteBuffer bytes = ByteBuffer.wrap(octets.bytes());
        JsonObject inner = new JsonObject();
        for (int i = 0; bytes.hasRemaining(); i++) {
            inner.addProperty("w" + i, Long.toUnsignedString(bytes.getLong()));
        }
        JsonObject outer = new JsonObject();
        outer.add("inner", inner);
        return outer;
    }
}
