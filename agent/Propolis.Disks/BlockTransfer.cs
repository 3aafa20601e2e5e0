using System.Buffers;
using Propolis.Crucible.Volumes;
using Propolis.Vmm.Block;

namespace Propolis.Disks;

/// <summary>
/// Moves the data of requests between guest memory and a volume through buffers that are used again. Large requests go in pieces, one after the other, so that a
/// guest cannot make this process hold more than a piece for each request.
/// </summary>
sealed class BlockTransfer(IVolume volume)
{
    /// <summary>Bytes of a piece; a multiple of every block size.</summary>
    public const int MaxPiece = 4 << 20;

    static readonly byte[] Zeroes = new byte[1 << 20];

    /// <summary>Reads into guest memory. False when a segment is not RAM.</summary>
    public async ValueTask<bool> ReadAsync(BlockRequest request)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(request.Length, MaxPiece));
        try
        {
            for (ulong done = 0; done < request.Length;)
            {
                var length = (int)Math.Min(request.Length - done, MaxPiece);
                await volume.ReadAsync(BlockOf(request.Offset + done), buffer.AsMemory(0, length)).ConfigureAwait(false);
                if (!Copy(request, done, buffer.AsSpan(0, length), toGuest: true))
                    return false;
                done += (ulong)length;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes from guest memory. False when a segment is not mapped.</summary>
    public async ValueTask<bool> WriteAsync(BlockRequest request)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(request.Length, MaxPiece));
        try
        {
            for (ulong done = 0; done < request.Length;)
            {
                var length = (int)Math.Min(request.Length - done, MaxPiece);
                if (!Copy(request, done, buffer.AsSpan(0, length), toGuest: false))
                    return false;
                await volume.WriteAsync(BlockOf(request.Offset + done), buffer.AsMemory(0, length)).ConfigureAwait(false);
                done += (ulong)length;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes zeroes.</summary>
    public async ValueTask WriteZeroesAsync(BlockRequest request)
    {
        for (ulong done = 0; done < request.Length;)
        {
            var length = (int)Math.Min(request.Length - done, (ulong)Zeroes.Length);
            await volume.WriteAsync(BlockOf(request.Offset + done), Zeroes.AsMemory(0, length)).ConfigureAwait(false);
            done += (ulong)length;
        }
    }

    ulong BlockOf(ulong offset) => offset / (ulong)volume.BlockSize;

    /// <summary>Copies the part of the segments that begins <paramref name="skip"/> bytes into them.</summary>
    static bool Copy(BlockRequest request, ulong skip, Span<byte> buffer, bool toGuest)
    {
        foreach (var segment in request.Segments)
        {
            if (skip >= segment.Length)
            {
                skip -= segment.Length;
                continue;
            }

            if (buffer.IsEmpty)
                break;
            var part = buffer[..(int)Math.Min(segment.Length - skip, (ulong)buffer.Length)];
            var address = segment.Address + skip;
            if (!(toGuest ? request.Memory.TryWrite(address, part) : request.Memory.TryRead(address, part)))
                return false;
            buffer = buffer[part.Length..];
            skip = 0;
        }

        return buffer.IsEmpty;
    }
}
