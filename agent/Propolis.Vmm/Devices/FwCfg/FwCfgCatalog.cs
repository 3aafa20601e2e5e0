using System.Buffers.Binary;
using System.Text;

namespace Propolis.Vmm.Devices.FwCfg;

/// <summary>
/// Collects what a machine's fw_cfg offers, then lays out the directory: files sorted by name, selectors from 0x20 in that order
/// (QEMU, docs/specs/fw_cfg). Wrong names and doubles are mistakes of the program and throw.
/// </summary>
public sealed class FwCfgCatalog
{
    /// <summary>Bytes of a file name in the directory, the closing zero included.</summary>
    public const int NameLength = 56;

    const int DirectoryEntryLength = 8 + NameLength;

    readonly SortedDictionary<ushort, byte[]> _items = [];
    readonly SortedDictionary<string, (byte[] Content, IFwCfgSink? Sink)> _files = new(StringComparer.Ordinal);

    /// <summary>Adds an item with a fixed selector below 0x20 or in the range of the architecture (0x8000 and up).</summary>
    public void Add(ushort key, byte[] content)
    {
        if (key is >= FwCfgKey.FirstFile and < 0x8000 || key is FwCfgKey.FileDirectory or FwCfgKey.Signature or FwCfgKey.Features)
            throw new ArgumentOutOfRangeException(nameof(key), $"Selector 0x{key:x} is not free.");
        _items.Add(key, content);
    }

    /// <summary>Adds a 16-bit item.</summary>
    public void Add(ushort key, ushort value) => Add(key, BitConverter.GetBytes(value));

    /// <summary>Adds a 32-bit item.</summary>
    public void Add(ushort key, uint value) => Add(key, BitConverter.GetBytes(value));

    /// <summary>Adds a 64-bit item.</summary>
    public void Add(ushort key, ulong value) => Add(key, BitConverter.GetBytes(value));

    /// <summary>Adds a file; with a sink the guest may write it.</summary>
    public void AddFile(string name, byte[] content, IFwCfgSink? sink = null)
    {
        if (name.Length is 0 or >= NameLength || !Ascii.IsValid(name)) throw new ArgumentException($"'{name}' is no fw_cfg file name.", nameof(name));
        _files.Add(name, (content, sink));
    }

    /// <summary>Everything added, with signature, features and directory, by ascending selector.</summary>
    public IReadOnlyList<FwCfgItem> Build()
    {
        var key = FwCfgKey.FirstFile;
        var files = _files.Select(f => new FwCfgItem(key++, f.Key, f.Value.Content, f.Value.Sink)).ToList();
        FwCfgItem[] own =
        [
            new(FwCfgKey.Signature, null, "QEMU"u8.ToArray(), null),
            new(FwCfgKey.Features, null, BitConverter.GetBytes(3u), null),
            new(FwCfgKey.FileDirectory, null, Directory(files), null),
        ];
        return [.. own.Concat(_items.Select(i => new FwCfgItem(i.Key, null, i.Value, null))).Concat(files).OrderBy(i => i.Key)];
    }

    static byte[] Directory(List<FwCfgItem> files)
    {
        var directory = new byte[4 + files.Count * DirectoryEntryLength];
        BinaryPrimitives.WriteInt32BigEndian(directory, files.Count);
        for (var i = 0; i < files.Count; i++)
        {
            var entry = directory.AsSpan(4 + i * DirectoryEntryLength, DirectoryEntryLength);
            BinaryPrimitives.WriteInt32BigEndian(entry, files[i].Content.Length);
            BinaryPrimitives.WriteUInt16BigEndian(entry[4..], files[i].Key);
            Encoding.ASCII.GetBytes(files[i].Name!, entry[8..]);
        }
        return directory;
    }
}
