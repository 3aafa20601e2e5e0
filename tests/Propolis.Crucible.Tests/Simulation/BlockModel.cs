namespace Propolis.Crucible.Tests.Simulation;

/// <summary>
/// What may be read, kept apart from the code under test: every write has a number of its own; a flush that succeeded raises
/// the floor of each block; a session reads the newest write it made, or what it found there at first.
/// </summary>
sealed class BlockModel
{
    readonly Dictionary<ulong, List<Entry>> _blocks = [];
    readonly Dictionary<ulong, List<Entry>> _logs = [];
    readonly HashSet<(ulong Block, int Value)> _history = [];
    int _next;

    public int Write(ulong block, SimulatedUpstairs by)
    {
        var entry = new Entry(++_next, by);
        Entries(block).Add(entry);
        Log(block).Add(entry);
        _history.Add((block, _next));
        return _next;
    }

    public void Acknowledge(ulong block, int value) => Log(block).Single(e => e.Value == value).Acknowledged = true;

    /// <summary>A write failed: it may be there or not.</summary>
    public void Fail(ulong block, int value)
    {
        Log(block).Single(e => e.Value == value).Failed = true;
    }

    /// <summary>A flush failed: what this session wrote since the last good one may be there or not.</summary>
    public void FailUnflushed(SimulatedUpstairs by)
    {
        foreach (var (block, log) in _logs)
        {
            foreach (var entry in log.Where(e => e.By == by && e.Value > Entries(block)[0].Value))
                entry.Failed = true;
        }
    }

    /// <summary>The newest acknowledged write of this session to each block.</summary>
    public Dictionary<ulong, int> AcknowledgedBy(SimulatedUpstairs by)
    {
        var found = new Dictionary<ulong, int>();
        foreach (var (block, entries) in _blocks)
        {
            if (entries.LastOrDefault(e => e.By == by && e is { Acknowledged: true, Failed: false }) is { } entry)
                found[block] = entry.Value;
        }

        return found;
    }

    /// <summary>These writes are durable now: nothing older may be read again.</summary>
    public void RaiseFloor(Dictionary<ulong, int> flushed)
    {
        foreach (var (block, value) in flushed)
        {
            var entries = Entries(block);
            var index = entries.FindIndex(e => e.Value == value);
            if (index > 0)
                entries.RemoveRange(0, index);
        }
    }

    /// <summary>Per block, the oldest write that may be read now by anyone, and the newest asked for so far.</summary>
    public List<(int Oldest, int Newest)> Snapshot(ulong block, int count)
    {
        var seen = new List<(int, int)>();
        for (var i = block; i < block + (ulong)count; i++)
            seen.Add((Entries(i)[0].Value, Math.Max(Entries(i)[^1].Value, Log(i).Count == 0 ? 0 : Log(i)[^1].Value)));
        return seen;
    }

    /// <summary>
    /// What a read may return, judged when it completes: the session's own newest write before the read that did not fail, or
    /// anything later, which ran beside it; where it wrote nothing, anything since the floor.
    /// </summary>
    public (int Oldest, int Newest) Legal(ulong block, (int Oldest, int Newest) seen, SimulatedUpstairs by)
    {
        var before = Log(block).Where(e => e.Value <= seen.Newest).ToList();
        var own = before.LastOrDefault(e => e.By == by && !e.Failed);
        var newest = Log(block).Count == 0 ? 0 : Log(block)[^1].Value;
        return (by.Regressed ? 0 : own?.Value ?? seen.Oldest, newest);
    }

    /// <summary>Whether a value was ever written to a block; zero stands for nothing yet.</summary>
    public bool WasWritten(ulong block, int value) => value == 0 || _history.Contains((block, value));

    List<Entry> Log(ulong block) => _logs.TryGetValue(block, out var found) ? found : _logs[block] = [];

    List<Entry> Entries(ulong block) => _blocks.TryGetValue(block, out var found) ? found : _blocks[block] = [new Entry(0, null)];

    sealed class Entry(int value, SimulatedUpstairs? by)
    {
        public int Value { get; } = value;

        public SimulatedUpstairs? By { get; } = by;

        public bool Acknowledged { get; set; }

        public bool Failed { get; set; }
    }
}
