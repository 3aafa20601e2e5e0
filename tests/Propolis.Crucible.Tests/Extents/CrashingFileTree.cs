using Propolis.Crucible.Extents;

namespace Propolis.Crucible.Tests.Extents;

/// <summary>The power went out.</summary>
sealed class PowerCutException() : Exception("power cut");

/// <summary>
/// Files in memory that forget what was not synced. A power cut at a chosen operation stops everything; <see cref="Recover"/>
/// then gives what the disk might hold: of every unsynced write any subset of its 512-byte sectors, in any order, and a
/// prefix of the unsynced names.
/// </summary>
sealed class CrashingFileTree : IFileTree
{
    const int Sector = 512;

    readonly Dictionary<string, Node> _names;
    readonly Dictionary<string, Node> _durableNames;
    readonly List<Action<Dictionary<string, Node>>> _nameLog = [];

    public CrashingFileTree()
        : this([])
    {
    }

    CrashingFileTree(Dictionary<string, Node> durable)
    {
        _durableNames = durable;
        _names = new(durable);
    }

    /// <summary>Changes so far: writes, syncs, renames and so on.</summary>
    public int Operations { get; private set; }

    /// <summary>The operation that does not happen any more.</summary>
    public int CutAt { get; set; } = int.MaxValue;

    public bool Exists(string path) => _names.ContainsKey(path) || _names.Keys.Any(name => name.StartsWith(path + "/", StringComparison.Ordinal));

    public IReadOnlyList<string> List(string directory) => _names.Keys
        .Where(name => name.StartsWith(directory + "/", StringComparison.Ordinal))
        .Select(name => name[(directory.Length + 1)..].Split('/')[0]).Distinct().ToList();

    public void CreateDirectory(string path) => Change(names => names.TryAdd(path, new Node { IsDirectory = true }));

    public IRandomFile Open(string path, bool writable) => _names.TryGetValue(path, out var node)
        ? new OpenFile(this, node, writable)
        : throw new FileNotFoundException(path);

    public IRandomFile Create(string path)
    {
        if (_names.ContainsKey(path))
            throw new IOException($"{path} exists");
        var node = new Node();
        Change(names => names[path] = node);
        return new OpenFile(this, node, writable: true);
    }

    public void Rename(string from, string to) => Change(names =>
    {
        foreach (var name in names.Keys.Where(name => name == from || name.StartsWith(from + "/", StringComparison.Ordinal)).ToList())
        {
            names[to + name[from.Length..]] = names[name];
            names.Remove(name);
        }
    });

    public void Delete(string path) => Change(names =>
    {
        foreach (var name in names.Keys.Where(name => name == path || name.StartsWith(path + "/", StringComparison.Ordinal)).ToList())
            names.Remove(name);
    });

    public void SyncDirectory(string path)
    {
        Step();
        foreach (var change in _nameLog)
            change(_durableNames);
        _nameLog.Clear();
    }

    /// <summary>What the disk holds after the power comes back.</summary>
    public CrashingFileTree Recover(Random random)
    {
        foreach (var change in _nameLog.Take(random.Next(_nameLog.Count + 1)))
            change(_durableNames);
        return new(_durableNames.ToDictionary(pair => pair.Key, pair => pair.Value.Recover(random)));
    }

    /// <summary>What a file holds now.</summary>
    public byte[] Content(string path) => _names[path].Current.ToArray();

    void Change(Action<Dictionary<string, Node>> change)
    {
        Step();
        change(_names);
        _nameLog.Add(change);
    }

    void Step()
    {
        if (Operations >= CutAt)
            throw new PowerCutException();
        Operations++;
    }

    sealed class Node
    {
        public bool IsDirectory { get; init; }

        public byte[] Durable { get; private set; } = [];

        public byte[] Current { get; private set; } = [];

        List<(long Offset, byte[] Bytes)> Pending { get; } = [];

        long? PendingLength { get; set; }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            if (Current.Length < offset + bytes.Length)
                SetLength(offset + bytes.Length);
            bytes.CopyTo(Current.AsSpan((int)offset));
            Pending.Add((offset, bytes.ToArray()));
        }

        public void SetLength(long length)
        {
            var changed = Current;
            Array.Resize(ref changed, (int)length);
            Current = changed;
            PendingLength = length;
        }

        public void Sync()
        {
            Durable = Current.ToArray();
            Pending.Clear();
            PendingLength = null;
        }

        public Node Recover(Random random)
        {
            var content = Durable.ToArray();
            if (PendingLength is { } length && (Pending.Count > 0 || random.Next(2) == 0))
                Array.Resize(ref content, (int)length);
            foreach (var (offset, bytes) in Pending)
            {
                var fate = random.Next(3);
                for (long at = offset; at < offset + bytes.Length;)
                {
                    var end = Math.Min(((at / Sector) + 1) * Sector, offset + bytes.Length);
                    if ((fate == 0 || (fate == 1 && random.Next(2) == 0)) && end <= content.Length)
                        bytes.AsSpan((int)(at - offset), (int)(end - at)).CopyTo(content.AsSpan((int)at));
                    at = end;
                }
            }

            return new Node { IsDirectory = IsDirectory, Durable = content, Current = content.ToArray() };
        }
    }

    sealed class OpenFile(CrashingFileTree tree, Node node, bool writable) : IRandomFile
    {
        public long Length => node.Current.Length;

        public void Read(long offset, Span<byte> target)
        {
            if (offset + target.Length > node.Current.Length)
                throw new EndOfStreamException();
            node.Current.AsSpan((int)offset, target.Length).CopyTo(target);
        }

        public void Write(long offset, ReadOnlySpan<byte> source)
        {
            CheckWritable();
            tree.Step();
            node.Write(offset, source);
        }

        public void SetLength(long length)
        {
            CheckWritable();
            tree.Step();
            node.SetLength(length);
        }

        public void Sync()
        {
            tree.Step();
            node.Sync();
        }

        public void Dispose()
        {
        }

        void CheckWritable()
        {
            if (!writable)
                throw new UnauthorizedAccessException("opened for reading");
        }
    }
}
