using Propolis.Vmm.State;

namespace Propolis.Vmm.Tests.State;

public sealed class StateRegistryTests
{
    [Fact]
    public void Exported_state_is_imported_by_an_equal_machine()
    {
        var source = Registry(("com1", new Counter("uart", 1) { Value = 7 }), ("rtc", new Counter("rtc", 2) { Value = 9 }));
        var com1 = new Counter("uart", 1);
        var rtc = new Counter("rtc", 2);

        Registry(("com1", com1), ("rtc", rtc)).Import(source.Export().ToArray());

        Assert.Equal((7, 9), (com1.Value, rtc.Value));
    }

    [Fact]
    public void Misfit_is_named_and_nothing_is_imported()
    {
        var payloads = Registry(("com1", new Counter("uart", 1) { Value = 7 }), ("rtc", new Counter("rtc", 2))).Export();
        var com1 = new Counter("uart", 1);

        AssertMisfit("it holds state of 'rtc', which this machine does not have", payloads, ("com1", com1));
        AssertMisfit("'rtc' is rtc in it, and clock here", payloads, ("com1", com1), ("rtc", new Counter("clock", 2)));
        AssertMisfit("'rtc' has rtc version 2 in it; this build reads version 3", payloads, ("com1", com1), ("rtc", new Counter("rtc", 3)));
        AssertMisfit("it holds no state of 'nvme0'", payloads, ("com1", com1), ("rtc", new Counter("rtc", 2)), ("nvme0", new Counter("nvme", 1)));
        Assert.Equal(0, com1.Value);
    }

    [Fact]
    public void Payload_with_bytes_left_over_is_refused()
    {
        var registry = Registry(("com1", new Counter("uart", 1)));

        var failure = Assert.Throws<StateFormatException>(() => registry.Import([new StatePayload("com1", "uart", 1, new byte[6])]));

        Assert.Equal("com1: 2 bytes too many.", failure.Message);
    }

    [Fact]
    public void Payload_that_ends_early_is_refused()
    {
        var failure = Assert.Throws<StateFormatException>(() => new StateReader(new byte[3], "rtc").ReadUInt32());

        Assert.Equal("rtc: the payload ends 1 bytes early.", failure.Message);
    }

    [Fact]
    public void Every_kind_of_value_comes_back()
    {
        var writer = new StateWriter();
        writer.Write((byte)1);
        writer.Write(true);
        writer.Write((ushort)2);
        writer.Write(-3);
        writer.Write(ulong.MaxValue);
        writer.Write("grüße");
        writer.Write((ReadOnlySpan<byte>)[9, 8]);
        var reader = new StateReader(writer.Written.ToArray(), "test");

        Assert.Equal(1, reader.ReadByte());
        Assert.True(reader.ReadBoolean());
        Assert.Equal(2, reader.ReadUInt16());
        Assert.Equal(-3, reader.ReadInt32());
        Assert.Equal(ulong.MaxValue, reader.ReadUInt64());
        Assert.Equal("grüße", reader.ReadString());
        Assert.Equal([9, 8], reader.ReadBytes().ToArray());
        reader.ExpectEnd();
    }

    static void AssertMisfit(string expected, IReadOnlyList<StatePayload> payloads, params (string, Counter)[] parts)
    {
        var failure = Assert.Throws<StateFormatException>(() => Registry(parts).Import(payloads.ToArray()));
        Assert.Equal($"The state does not fit: {expected}.", failure.Message);
    }

    static StateRegistry Registry(params (string Name, Counter Part)[] parts)
    {
        var registry = new StateRegistry();
        foreach (var (name, part) in parts) registry.Add(name, part);
        return registry;
    }

    sealed class Counter(string kind, int version) : ISnapshot
    {
        public int Value { get; set; }

        public string Kind => kind;

        public int Version => version;

        public void Export(StateWriter writer) => writer.Write(Value);

        public void Import(StateReader reader) => Value = reader.ReadInt32();
    }
}
