using Propolis.Vmm.Memory;
using Propolis.Vmm.Snapshots;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Snapshots;

public sealed class SnapshotFileTests : IDisposable
{
    const ulong RomAddress = 0xffe0_0000;

    readonly TestMemory _source = new(4 << 20);

    public SnapshotFileTests() => _source.Add(RomAddress, 0x20_0000, MemoryKind.Rom);

    [Fact]
    public void Everything_written_is_read_back()
    {
        _source.Write(0x1000, "first page"u8);
        _source.Write((4 << 20) - 1, [9]);
        _source.Guest.TryProgram(RomAddress + 0x1ff000, [7]);
        var payloads = new StatePayload[] { new("com1", "uart-16550", 1, new byte[] { 1, 2, 3 }), new("vcpu-0", "vcpu", 2, Array.Empty<byte>()) };
        var file = Write(payloads);

        using var reader = SnapshotReader.Open(file, "a.snapshot");
        using var target = SameShape();
        reader.ReadMemory(target.Guest);

        Assert.Equal(new SnapshotHeader("vm", 1234, "/vm.toml", "[main]"), reader.Header);
        Assert.Equal(["com1/uart-16550/1/010203", "vcpu-0/vcpu/2/"], reader.Payloads.Select(p => $"{p.Name}/{p.Kind}/{p.Version}/{Convert.ToHexString(p.Data.Span)}"));
        Assert.Equal(_source.Bytes(0, 4 << 20), target.Bytes(0, 4 << 20));
        Assert.Equal(7, target.Bytes(RomAddress + 0x1ff000, 1)[0]);
    }

    [Fact]
    public void Zero_pages_take_no_room()
    {
        _source.Write(0x2000, [1]);

        Assert.InRange(Write([]).Length, 4096, 4096 + 200);
    }

    [Fact]
    public void Any_changed_or_missing_byte_is_noticed()
    {
        _source.Write(0x1000, "content"u8);
        var good = Write([new StatePayload("com1", "uart-16550", 1, new byte[100])]).ToArray();
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var bad = i % 2 == 0 ? (byte[])good.Clone() : good[..random.Next(good.Length)];
            if (i % 2 == 0) bad[random.Next(bad.Length)] ^= (byte)random.Next(1, 256);

            var failure = Assert.Throws<StateFormatException>(() => SnapshotReader.Open(new MemoryStream(bad), "a.snapshot"));
            Assert.StartsWith("a.snapshot is not a snapshot that can be restored: ", failure.Message);
        }
    }

    [Fact]
    public void Machine_of_another_shape_is_refused()
    {
        using var reader = SnapshotReader.Open(Write([]), "a.snapshot");
        using var smaller = new TestMemory(2 << 20);
        smaller.Add(RomAddress, 0x20_0000, MemoryKind.Rom);

        var failure = Assert.Throws<StateFormatException>(() => reader.ReadMemory(smaller.Guest));

        Assert.Equal("a.snapshot is not a snapshot that can be restored: its memory at 0x0 (4194304 bytes) is not in the machine.", failure.Message);
    }

    [Fact]
    public void Small_files_travel_inside()
    {
        var file = new MemoryStream();
        var files = new Dictionary<string, ReadOnlyMemory<byte>> { ["b"] = "two"u8.ToArray(), ["a"] = Array.Empty<byte>() };
        SnapshotWriter.Write(file, new SnapshotHeader("vm", 1234, "/vm.toml", "[main]"), [], _source.Guest, files: files);
        file.Position = 0;

        using var reader = SnapshotReader.Open(file, "a.snapshot");

        Assert.Equal(["a", "b"], reader.Files.Keys.Order());
        Assert.Equal("two"u8.ToArray(), reader.Files["b"].ToArray());
        reader.ReadMemory(SameShape().Guest);
    }

    [Fact]
    public void Configuration_file_does_not_look_like_a_snapshot()
    {
        Assert.False(SnapshotReader.LooksLikeSnapshot(new MemoryStream("[main]\nname = 'x'\n"u8.ToArray())));
        Assert.False(SnapshotReader.LooksLikeSnapshot(new MemoryStream()));
        Assert.True(SnapshotReader.LooksLikeSnapshot(Write([])));
    }

    public void Dispose() => _source.Dispose();

    MemoryStream Write(StatePayload[] payloads)
    {
        var file = new MemoryStream();
        SnapshotWriter.Write(file, new SnapshotHeader("vm", 1234, "/vm.toml", "[main]"), payloads, _source.Guest);
        file.Position = 0;
        return file;
    }

    static TestMemory SameShape()
    {
        var memory = new TestMemory(4 << 20);
        memory.Add(RomAddress, 0x20_0000, MemoryKind.Rom);
        return memory;
    }
}
