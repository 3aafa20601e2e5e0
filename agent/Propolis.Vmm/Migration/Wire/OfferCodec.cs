using Propolis.Vmm.Block;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Memory;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Migration.Wire;

/// <summary>An offer as bytes. Reading throws <see cref="StateFormatException"/>, and takes no more memory than the bytes are worth.</summary>
static class OfferCodec
{
    const int MaxVcpus = 1024;
    const int MaxRegions = 64;
    const int MaxLeaves = 256;
    const int MaxStates = 4096;
    const int MaxDisks = 1024;

    /// <summary>Writes an offer.</summary>
    public static void Write(StateWriter writer, MigrationOffer offer)
    {
        writer.Write(offer.Name);
        writer.Write(offer.Spec.Span);
        writer.Write(offer.SpecFingerprint);
        var facts = offer.Facts;
        writer.Write(facts.VcpuCount);
        writer.Write(facts.TscKhz);
        writer.Write(facts.Regions.Count);
        foreach (var region in facts.Regions)
        {
            writer.Write(region.Address);
            writer.Write(region.Length);
            writer.Write((byte)region.Kind);
        }
        writer.Write(facts.Cpuid.Count);
        foreach (var leaf in facts.Cpuid) Write(writer, leaf);
        writer.Write(facts.States.Count);
        foreach (var state in facts.States)
        {
            writer.Write(state.Name);
            writer.Write(state.Kind);
            writer.Write(state.Version);
        }
        writer.Write(facts.Disks.Count);
        foreach (var disk in facts.Disks) Write(writer, disk);
    }

    /// <summary>Reads an offer.</summary>
    public static MigrationOffer Read(StateReader reader)
    {
        var (name, spec, fingerprint) = (reader.ReadString(), reader.ReadBytes().ToArray(), reader.ReadString());
        if (spec.Length > MigrationLimits.SpecBytes) throw new StateFormatException($"{reader.Owner}: a spec of {spec.Length} bytes; at most {MigrationLimits.SpecBytes} are possible.");
        var vcpus = ReadCount(reader, MaxVcpus, "vCPUs");
        var tscKhz = reader.ReadUInt32();
        var facts = new MachineFacts
        {
            VcpuCount = vcpus,
            TscKhz = tscKhz,
            Regions = ReadList(reader, MaxRegions, "memory regions", ReadRegion),
            Cpuid = ReadList(reader, MaxLeaves, "CPUID leaves", ReadLeaf),
            States = ReadList(reader, MaxStates, "states", r => new StateKind(r.ReadString(), r.ReadString(), r.ReadInt32())),
            Disks = ReadList(reader, MaxDisks, "disks", ReadDisk),
        };
        reader.ExpectEnd();
        return new MigrationOffer { Name = name, Spec = spec, SpecFingerprint = fingerprint, Facts = facts };
    }

    static void Write(StateWriter writer, CpuidEntry leaf)
    {
        writer.Write(leaf.Leaf);
        writer.Write(leaf.Subleaf.HasValue);
        writer.Write(leaf.Subleaf ?? 0);
        writer.Write(leaf.Eax);
        writer.Write(leaf.Ebx);
        writer.Write(leaf.Ecx);
        writer.Write(leaf.Edx);
    }

    static void Write(StateWriter writer, MigratedDisk disk)
    {
        writer.Write(disk.Device);
        writer.Write(disk.Geometry.BlockSize);
        writer.Write(disk.Geometry.BlockCount);
        writer.Write(disk.Geometry.ReadOnly);
        writer.Write(disk.Geometry.CanDiscard);
        writer.Write(disk.Geometry.HasWriteCache);
    }

    static MigratedRegion ReadRegion(StateReader reader)
    {
        var (address, length, kind) = (reader.ReadUInt64(), reader.ReadUInt64(), (MemoryKind)reader.ReadByte());
        return Enum.IsDefined(kind) ? new MigratedRegion(address, length, kind) : throw new StateFormatException($"{reader.Owner}: memory of kind {(int)kind}.");
    }

    static CpuidEntry ReadLeaf(StateReader reader)
    {
        var leaf = reader.ReadUInt32();
        var hasSubleaf = reader.ReadBoolean();
        var subleaf = reader.ReadUInt32();
        return new CpuidEntry(leaf, hasSubleaf ? subleaf : null, reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32());
    }

    static MigratedDisk ReadDisk(StateReader reader) => new(reader.ReadString(), new BlockGeometry
    {
        BlockSize = reader.ReadUInt32(),
        BlockCount = reader.ReadUInt64(),
        ReadOnly = reader.ReadBoolean(),
        CanDiscard = reader.ReadBoolean(),
        HasWriteCache = reader.ReadBoolean(),
    });

    static List<T> ReadList<T>(StateReader reader, int most, string what, Func<StateReader, T> read)
    {
        var count = ReadCount(reader, most, what);
        var list = new List<T>();
        for (var i = 0; i < count; i++) list.Add(read(reader));
        return list;
    }

    static int ReadCount(StateReader reader, int most, string what)
    {
        var count = reader.ReadUInt32();
        return count <= most ? (int)count : throw new StateFormatException($"{reader.Owner}: {count} {what}; at most {most} are possible.");
    }
}
