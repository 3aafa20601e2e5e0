using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Propolis.Vmm.Memory;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Snapshots;

/// <summary>
/// Reads a snapshot. The hash over the whole file is checked when it is opened, before anything is built from it. Every fault is a
/// <see cref="StateFormatException"/> that names the file.
/// </summary>
public sealed class SnapshotReader : IDisposable
{
    const int MaxText = 16 << 20;
    const int MaxPayloads = 4096;
    const int MaxFiles = 64;

    readonly Stream _source;
    readonly string _name;

    SnapshotReader(Stream source, string name)
    {
        _source = source;
        _name = name;
    }

    /// <summary>Header of the snapshot.</summary>
    public SnapshotHeader Header { get; private set; } = new("", 0, "", "");

    /// <summary>The files that were put in, by name.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Files { get; private set; } = new Dictionary<string, ReadOnlyMemory<byte>>();

    /// <summary>State of the parts.</summary>
    public IReadOnlyList<StatePayload> Payloads { get; private set; } = [];

    /// <summary>Opens and verifies a snapshot; the reader owns the stream, which must seek.</summary>
    public static SnapshotReader Open(Stream source, string name)
    {
        var reader = new SnapshotReader(source, name);
        try
        {
            reader.VerifyHash();
            reader.ReadHead();
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>True when the stream starts like a snapshot; its position is put back.</summary>
    public static bool LooksLikeSnapshot(Stream source)
    {
        Span<byte> magic = stackalloc byte[8];
        var start = source.Position;
        var count = source.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        source.Position = start;
        return count == magic.Length && magic.SequenceEqual(SnapshotWriter.Magic);
    }

    /// <summary>Fills a machine's memory, which must have the same regions and be zero elsewhere. Called once.</summary>
    public void ReadMemory(GuestMemory memory)
    {
        var regions = ReadUInt32();
        if (regions != memory.Regions.Count) throw Fault($"it has {regions} memory regions, the machine {memory.Regions.Count}");
        var buffer = new byte[SnapshotWriter.MaxRun];
        for (var i = 0; i < regions; i++)
        {
            var (address, length, kind) = (ReadUInt64(), ReadUInt64(), ReadByte());
            if (memory.Regions.FirstOrDefault(r => r.Address == address) is not { } region || region.Length != length || (byte)region.Kind != kind)
                throw Fault($"its memory at 0x{address:x} ({length} bytes) is not in the machine");
            ReadRuns(memory, region, buffer);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    void ReadRuns(GuestMemory memory, MemoryRegion region, byte[] buffer)
    {
        for (var bytes = ReadUInt32(); bytes != 0; bytes = ReadUInt32())
        {
            var offset = ReadUInt64();
            if (bytes > buffer.Length || offset > region.Length || bytes > region.Length - offset) throw Fault("a run of memory lies outside its region");
            var run = buffer.AsSpan(0, (int)bytes);
            _source.ReadExactly(run);
            _ = region.Kind == MemoryKind.Ram ? memory.TryWrite(region.Address + offset, run) : memory.TryProgram(region.Address + offset, run);
        }
    }

    void VerifyHash()
    {
        if (_source.Length < SnapshotWriter.Magic.Length + SHA256.HashSizeInBytes) throw Fault("it is too short");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        for (var left = _source.Length - SHA256.HashSizeInBytes; left > 0;)
        {
            var count = _source.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (count == 0) throw Fault("it ends early");
            hash.AppendData(buffer, 0, count);
            left -= count;
        }
        Span<byte> stored = stackalloc byte[SHA256.HashSizeInBytes];
        _source.ReadExactly(stored);
        if (!stored.SequenceEqual(hash.GetHashAndReset())) throw Fault("its checksum is wrong: it was cut off or changed");
        _source.Position = 0;
    }

    void ReadHead()
    {
        Span<byte> magic = stackalloc byte[8];
        _source.ReadExactly(magic);
        if (!magic.SequenceEqual(SnapshotWriter.Magic)) throw Fault("it does not start like one");
        var version = ReadUInt32();
        if (version is < 1 or > SnapshotWriter.FormatVersion) throw Fault($"it has format version {version}; this build reads 1 to {SnapshotWriter.FormatVersion}");
        var machine = ReadText();
        var takenAt = (long)ReadUInt64();
        Header = new SnapshotHeader(machine, takenAt, ReadText(), ReadText());
        if (version >= 2) ReadFiles();
        var count = ReadUInt32();
        if (count > MaxPayloads) throw Fault($"it announces {count} payloads");
        var payloads = new List<StatePayload>();
        for (var i = 0; i < count; i++) payloads.Add(new StatePayload(ReadText(), ReadText(), (int)ReadUInt32(), ReadBlob()));
        Payloads = payloads;
    }

    void ReadFiles()
    {
        var count = ReadUInt32();
        if (count > MaxFiles) throw Fault($"it announces {count} files");
        var files = new Dictionary<string, ReadOnlyMemory<byte>>();
        for (var i = 0; i < count; i++) files[ReadText()] = ReadBlob();
        Files = files;
    }

    string ReadText()
    {
        var bytes = ReadBlob();
        if (bytes.Length > MaxText) throw Fault("a text in it is too long");
        return Encoding.UTF8.GetString(bytes);
    }

    byte[] ReadBlob()
    {
        var length = ReadUInt32();
        if (length > _source.Length - _source.Position) throw Fault($"it announces {length} bytes and has fewer");
        var bytes = new byte[length];
        _source.ReadExactly(bytes);
        return bytes;
    }

    byte ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        _source.ReadExactly(one);
        return one[0];
    }

    uint ReadUInt32()
    {
        Span<byte> bytes = stackalloc byte[4];
        _source.ReadExactly(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    ulong ReadUInt64()
    {
        Span<byte> bytes = stackalloc byte[8];
        _source.ReadExactly(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    StateFormatException Fault(string what) => new($"{_name} is not a snapshot that can be restored: {what}.");
}
