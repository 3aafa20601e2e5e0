using System.Buffers.Binary;
using System.Security.Cryptography;
using Propolis.Vmm.Memory;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Snapshots;

/// <summary>
/// Writes a paused machine to one file: magic, format version, header, payloads, memory without its zero pages, and a SHA-256 of everything, so that a torn or altered
/// file is refused. Numbers are little-endian, strings and payloads length-prefixed (<see cref="StateWriter"/>).
/// <code>
/// "PRPLSNAP" u32 version | header | u32 count, files { name, bytes } | u32 count, payloads | u32 count, regions { u64 address, u64 length, u8 kind, runs { u32 bytes, data at u64 offset } , u32 0 } | 32 bytes SHA-256
/// </code>
/// </summary>
public sealed class SnapshotWriter : IDisposable
{
    /// <summary>First bytes of every snapshot.</summary>
    public static ReadOnlySpan<byte> Magic => "PRPLSNAP"u8;

    /// <summary>Version of the file's format; 1 had no files.</summary>
    public const uint FormatVersion = 2;

    /// <summary>Longest run of memory in one piece, bytes.</summary>
    public const int MaxRun = 1 << 20;

    readonly Stream _target;
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    readonly byte[] _chunk = new byte[MaxRun];

    SnapshotWriter(Stream target) => _target = target;

    /// <summary>
    /// Writes the whole snapshot to <paramref name="target"/>; reports memory bytes looked at to <paramref name="progress"/>. <paramref name="files"/> are small ones that the
    /// configuration names and that a restore must not depend on, by names of the program's own.
    /// </summary>
    public static void Write(
        Stream target,
        SnapshotHeader header,
        IReadOnlyList<StatePayload> payloads,
        GuestMemory memory,
        IProgress<ulong>? progress = null,
        IReadOnlyDictionary<string, ReadOnlyMemory<byte>>? files = null)
    {
        using var writer = new SnapshotWriter(target);
        writer.WriteHeader(header, payloads, files ?? new Dictionary<string, ReadOnlyMemory<byte>>());
        writer.WriteMemory(memory, progress);
        target.Write(writer._hash.GetHashAndReset());
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    void WriteHeader(SnapshotHeader header, IReadOnlyList<StatePayload> payloads, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files)
    {
        Put(Magic);
        var state = new StateWriter();
        state.Write(FormatVersion);
        state.Write(header.Name);
        state.Write(header.TakenAt);
        state.Write(header.ConfigurationFile);
        state.Write(header.Configuration);
        state.Write(files.Count);
        foreach (var (name, contents) in files.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            state.Write(name);
            state.Write(contents.Span);
        }
        state.Write(payloads.Count);
        foreach (var payload in payloads)
        {
            state.Write(payload.Name);
            state.Write(payload.Kind);
            state.Write(payload.Version);
            state.Write(payload.Data.Span);
        }
        Put(state.Written);
    }

    void WriteMemory(GuestMemory memory, IProgress<ulong>? progress)
    {
        PutUInt32((uint)memory.Regions.Count);
        ulong done = 0;
        foreach (var region in memory.Regions)
        {
            PutUInt64(region.Address);
            PutUInt64(region.Length);
            Put([(byte)region.Kind]);
            for (ulong offset = 0; offset < region.Length; offset += MaxRun)
            {
                var chunk = _chunk.AsSpan(0, (int)Math.Min(MaxRun, region.Length - offset));
                memory.TryRead(region.Address + offset, chunk);
                WriteRuns(offset, chunk);
                progress?.Report(done += (ulong)chunk.Length);
            }
            PutUInt32(0);
        }
    }

    void WriteRuns(ulong offset, ReadOnlySpan<byte> chunk)
    {
        var at = 0;
        while (at < chunk.Length)
        {
            var isZero = IsZeroPage(chunk, at);
            var end = at + DirtyBitmap.PageSize;
            while (end < chunk.Length && IsZeroPage(chunk, end) == isZero) end += DirtyBitmap.PageSize;
            if (!isZero)
            {
                PutUInt32((uint)(end - at));
                PutUInt64(offset + (ulong)at);
                Put(chunk[at..end]);
            }
            at = end;
        }
    }

    static bool IsZeroPage(ReadOnlySpan<byte> chunk, int at) => chunk.Slice(at, DirtyBitmap.PageSize).IndexOfAnyExcept((byte)0) < 0;

    void PutUInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Put(bytes);
    }

    void PutUInt64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        Put(bytes);
    }

    void Put(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        _target.Write(bytes);
    }
}
