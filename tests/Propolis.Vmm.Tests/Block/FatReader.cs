using System.Buffers.Binary;
using System.Text;

namespace Propolis.Vmm.Tests.Block;

/// <summary>Reads a FAT12 volume as a guest does, from the specification and not from our writer; damage is an assertion.</summary>
sealed class FatReader
{
    readonly byte[] _volume;
    readonly int _clusterSize;
    readonly int _tableSectors;
    readonly int _rootSector;
    readonly int _dataSector;
    readonly int _clusters;

    public FatReader(byte[] volume)
    {
        _volume = volume;
        Assert.Equal(512, Word(11));
        Assert.Equal([0x55, 0xaa], volume[510..512]);
        var total = Word(19) != 0 ? Word(19) : BitConverter.ToInt32(volume, 32);
        Assert.Equal(volume.Length, total * 512);
        _clusterSize = volume[13] * 512;
        _tableSectors = Word(22);
        _rootSector = Word(14) + volume[16] * _tableSectors;
        _dataSector = _rootSector + Word(17) * 32 / 512;
        _clusters = (total - _dataSector) / volume[13];
        Assert.InRange(_clusters, 1, 4084);
        Assert.True((_clusters + 2) * 3 <= _tableSectors * 512 * 2, "the table is too short");
        Assert.Equal(Table(0), Table(1));
        Assert.Equal(0xf00 | volume[21], Next(0));
        Assert.Equal(0xfff, Next(1));
        ReadRoot();
    }

    public string Label { get; private set; } = "";

    public Dictionary<string, byte[]> Files { get; } = [];

    public List<string> ShortNames { get; } = [];

    void ReadRoot()
    {
        var used = new HashSet<int>();
        var longName = "";
        byte checksum = 0;
        for (var at = _rootSector * 512; at < _dataSector * 512 && _volume[at] != 0; at += 32)
        {
            var entry = _volume.AsSpan(at, 32);
            switch (entry[11])
            {
                case 0x0f:
                    var part = Part(entry);
                    longName = (entry[0] & 0x40) != 0 ? part : part + longName;
                    checksum = entry[13];
                    break;
                case 0x08:
                    Label = Encoding.ASCII.GetString(entry[..11]).TrimEnd();
                    Assert.Equal(Label, Encoding.ASCII.GetString(_volume, 43, 11).TrimEnd());
                    break;
                default:
                    var shortName = Encoding.ASCII.GetString(entry[..11]);
                    Assert.Equal(Checksum(entry[..11]), checksum);
                    ShortNames.Add(shortName.TrimEnd());
                    Files.Add(longName.TrimEnd('\uffff').TrimEnd('\0'), ReadChain(BinaryPrimitives.ReadUInt16LittleEndian(entry[26..]), BinaryPrimitives.ReadInt32LittleEndian(entry[28..]), used));
                    longName = "";
                    break;
            }
        }
    }

    byte[] ReadChain(int cluster, int length, HashSet<int> used)
    {
        var contents = new List<byte>();
        if (length == 0) Assert.Equal(0, cluster);
        while (contents.Count < length)
        {
            Assert.InRange(cluster, 2, _clusters + 1);
            Assert.True(used.Add(cluster), $"cluster {cluster} has two owners");
            contents.AddRange(_volume.AsSpan(_dataSector * 512 + (cluster - 2) * _clusterSize, _clusterSize));
            cluster = Next(cluster);
        }
        if (length > 0) Assert.Equal(0xfff, cluster);
        return [.. contents.Take(length)];
    }

    int Next(int cluster)
    {
        var pair = BitConverter.ToUInt16(_volume, 512 + cluster + cluster / 2);
        return cluster % 2 == 0 ? pair & 0xfff : pair >> 4;
    }

    byte[] Table(int copy) => _volume.AsSpan(512 + copy * _tableSectors * 512, _tableSectors * 512).ToArray();

    int Word(int offset) => BitConverter.ToUInt16(_volume, offset);

    static string Part(ReadOnlySpan<byte> entry) =>
        Encoding.Unicode.GetString(entry[1..11]) + Encoding.Unicode.GetString(entry[14..26]) + Encoding.Unicode.GetString(entry[28..32]);

    static byte Checksum(ReadOnlySpan<byte> name)
    {
        var sum = 0;
        foreach (var character in name) sum = ((sum & 1) << 7) + (sum >> 1) + character & 0xff;
        return (byte)sum;
    }
}
