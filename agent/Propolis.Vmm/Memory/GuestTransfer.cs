using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Memory;

/// <summary>
/// Moves data between guest segments and a file or a buffer. A file's data goes straight from or to guest memory (preadv and pwritev), without a copy in between; every
/// segment is checked against the memory map first, and what is written to the guest is marked dirty. Nothing here allocates.
/// </summary>
public static unsafe class GuestTransfer
{
    /// <summary>Segments per system call.</summary>
    const int MaxVectors = 64;

    /// <summary>Reads a file into guest memory. Null when done, otherwise why not.</summary>
    public static TransferFault? ReadFile(SafeFileHandle file, ulong offset, GuestMemory memory, ReadOnlySpan<GuestSegment> segments) =>
        Move(file, offset, memory, segments, toGuest: true);

    /// <summary>Writes guest memory to a file. Null when done, otherwise why not.</summary>
    public static TransferFault? WriteFile(SafeFileHandle file, ulong offset, GuestMemory memory, ReadOnlySpan<GuestSegment> segments) =>
        Move(file, offset, memory, segments, toGuest: false);

    /// <summary>Copies a buffer into guest memory, as much as the shorter of both holds. False when a segment is not RAM.</summary>
    public static bool CopyToGuest(GuestMemory memory, ReadOnlySpan<GuestSegment> segments, ReadOnlySpan<byte> source)
    {
        foreach (var segment in segments)
        {
            var part = source[..(int)Math.Min(segment.Length, (uint)source.Length)];
            if (!memory.TryWrite(segment.Address, part)) return false;
            source = source[part.Length..];
        }
        return true;
    }

    /// <summary>Copies guest memory into a buffer, as much as the shorter of both holds. False when a segment is not mapped.</summary>
    public static bool CopyFromGuest(GuestMemory memory, ReadOnlySpan<GuestSegment> segments, Span<byte> destination)
    {
        foreach (var segment in segments)
        {
            var part = destination[..(int)Math.Min(segment.Length, (uint)destination.Length)];
            if (!memory.TryRead(segment.Address, part)) return false;
            destination = destination[part.Length..];
        }
        return true;
    }

    static TransferFault? Move(SafeFileHandle file, ulong offset, GuestMemory memory, ReadOnlySpan<GuestSegment> segments, bool toGuest)
    {
        // SAFETY: the vectors live on this stack; each points to a range that Resolve checked, inside a mapping that lives as long as the machine.
        var vectors = stackalloc IoVector[MaxVectors];
        while (!segments.IsEmpty)
        {
            var count = Math.Min(segments.Length, MaxVectors);
            for (var i = 0; i < count; i++)
            {
                var host = memory.Resolve(segments[i].Address, segments[i].Length, toGuest);
                if (host is null) return TransferFault.BadAddress;
                vectors[i] = new IoVector { Base = host, Length = segments[i].Length };
            }
            var fault = MoveVectors(file, ref offset, vectors, count, toGuest);
            // Also after a fault, which may have come behind a part of the data.
            if (toGuest) MarkDirty(memory, segments[..count]);
            if (fault is not null) return fault;
            segments = segments[count..];
        }
        return null;
    }

    static void MarkDirty(GuestMemory memory, ReadOnlySpan<GuestSegment> segments)
    {
        foreach (var segment in segments) memory.MarkDirty(segment.Address, segment.Length);
    }

    static TransferFault? MoveVectors(SafeFileHandle file, ref ulong offset, IoVector* vectors, int count, bool toGuest)
    {
        while (true)
        {
            while (count > 0 && vectors->Length == 0)
            {
                vectors++;
                count--;
            }
            if (count == 0) return null;
            var moved = toGuest
                ? LinuxLibrary.ReadVectors(file, vectors, count, (long)offset)
                : LinuxLibrary.WriteVectors(file, vectors, count, (long)offset);
            if (moved < 0)
            {
                if (Marshal.GetLastPInvokeError() == LinuxLibrary.Eintr) continue;
                return new TransferFault(Marshal.GetLastPInvokeError());
            }
            if (moved == 0) return TransferFault.EndOfFile;
            offset += (ulong)moved;
            Consume(vectors, count, (nuint)moved);
        }
    }

    /// <summary>Takes what has been moved off the vectors, so that a short transfer goes on behind it.</summary>
    static void Consume(IoVector* vectors, int count, nuint moved)
    {
        for (var i = 0; i < count && moved > 0; i++)
        {
            var step = Math.Min(moved, vectors[i].Length);
            vectors[i].Base += step;
            vectors[i].Length -= step;
            moved -= step;
        }
    }
}
