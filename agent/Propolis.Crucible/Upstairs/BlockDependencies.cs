namespace Propolis.Crucible.Upstairs;

/// <summary>
/// Which jobs a new job must follow, by absolute block: a write follows the reads since the last write of each of its blocks,
/// or that write where there were none; a read follows the last write. A flush counts as a write to every block.
/// </summary>
public sealed class BlockDependencies
{
    readonly List<Segment> _segments = [];
    readonly List<ulong> _found = [];

    /// <summary>Pieces of the block range that are told apart.</summary>
    public int SegmentCount => _segments.Count;

    /// <summary>Notes a write of blocks [start, end) and gives what it must follow, ascending, above <paramref name="retired"/>.</summary>
    public ulong[] Write(ulong start, ulong end, ulong job, ulong retired)
    {
        _found.Clear();
        var first = Split(start);
        var last = Split(end);
        for (var i = first; i < last; i++)
            Follow(_segments[i], afterReads: true);
        _segments.RemoveRange(first, last - first);
        _segments.Insert(first, new Segment(start, end) { Writer = job });
        return Distinct(retired);
    }

    /// <summary>Notes a read of blocks [start, end) and gives what it must follow.</summary>
    public ulong[] Read(ulong start, ulong end, ulong job, ulong retired)
    {
        _found.Clear();
        var i = Split(start);
        Split(end);
        for (var at = start; at < end; i++)
        {
            if (i == _segments.Count || _segments[i].Start > at)
            {
                var gapEnd = i == _segments.Count ? end : Math.Min(end, _segments[i].Start);
                _segments.Insert(i, new Segment(at, gapEnd));
            }

            Follow(_segments[i], afterReads: false);
            _segments[i].Readers.Add(job);
            at = _segments[i].End;
        }

        return Distinct(retired);
    }

    // Index of the first segment that starts at or after the block; one that spans it is cut in two.
    int Split(ulong block)
    {
        var (low, high) = (0, _segments.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_segments[middle].End <= block)
                low = middle + 1;
            else
                high = middle;
        }

        if (low == _segments.Count || _segments[low].Start >= block)
            return low;
        _segments.Insert(low + 1, _segments[low].CutFrom(block));
        return low + 1;
    }

    void Follow(Segment segment, bool afterReads)
    {
        if (afterReads && segment.Readers.Count > 0)
            _found.AddRange(segment.Readers);
        else if (segment.Writer is { } writer)
            _found.Add(writer);
    }

    ulong[] Distinct(ulong retired)
    {
        _found.Sort();
        var count = 0;
        for (var i = 0; i < _found.Count; i++)
        {
            var id = _found[i];
            if (id > retired && (count == 0 || _found[count - 1] != id))
                _found[count++] = id;
        }

        return _found[..count].ToArray();
    }

    sealed class Segment(ulong start, ulong end)
    {
        public ulong Start { get; } = start;

        public ulong End { get; private set; } = end;

        public ulong? Writer { get; init; }

        public List<ulong> Readers { get; private init; } = [];

        public Segment CutFrom(ulong block)
        {
            var upper = new Segment(block, End) { Writer = Writer, Readers = [.. Readers] };
            End = block;
            return upper;
        }
    }
}
