using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Volumes;

/// <summary>How requests map to sub-volumes and what volumes may be put together; pure.</summary>
public static class VolumeRules
{
    /// <summary>Cuts a range of blocks at the borders of sub-volumes that lie one behind the other.</summary>
    public static IReadOnlyList<VolumePiece> Cut(IReadOnlyList<ulong> blockCounts, ulong start, ulong count)
    {
        var pieces = new List<VolumePiece>();
        ulong first = 0;
        for (var i = 0; i < blockCounts.Count; first += blockCounts[i++])
        {
            var (from, to) = (Math.Max(start, first), Math.Min(start + count, first + blockCounts[i]));
            if (from < to)
                pieces.Add(new VolumePiece(i, from - first, to - from, from - start));
        }

        return pieces;
    }

    /// <summary>Refuses requests that are not whole blocks or reach past the end.</summary>
    /// <exception cref="CrucibleException">They do.</exception>
    public static void CheckRange(IVolume volume, ulong start, int length)
    {
        if (length % volume.BlockSize != 0)
            throw new CrucibleException(CrucibleError.Of(CrucibleErrorKind.DataLenUnaligned));
        var count = (ulong)(length / volume.BlockSize);
        if (start > volume.BlockCount || count > volume.BlockCount - start)
            throw new CrucibleException(CrucibleError.Of(CrucibleErrorKind.OffsetInvalid));
    }

    /// <summary>Why these parts make no volume, or null.</summary>
    public static CrucibleError? CheckParts(int blockSize, IReadOnlyList<IVolume> parts, IVolume? parent)
    {
        if (parts.Count == 0 && parent is null)
            return CrucibleError.Of(CrucibleErrorKind.SubvolumeSizeMismatch);
        if (parts.Any(part => part.BlockSize != blockSize) || (parent is not null && parent.BlockSize != blockSize))
            return CrucibleError.Of(CrucibleErrorKind.BlockSizeMismatch);
        var total = parts.Aggregate(0UL, (sum, part) => sum + part.BlockCount);
        return parts.Count > 0 && parent?.BlockCount > total ? CrucibleError.Of(CrucibleErrorKind.SubvolumeSizeMismatch) : null;
    }
}
