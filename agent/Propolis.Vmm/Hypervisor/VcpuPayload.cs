using System.Runtime.InteropServices;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Hypervisor;

/// <summary>
/// All of a vCPU's state in a form that belongs to no hypervisor. The payload holds the properties in their order here: structures as
/// length-prefixed bytes of their layout (so that a reader of another layout fails at once), numbers as they are.
/// </summary>
sealed class VcpuPayload
{
    const int MaxCpuidEntries = 256;
    const int MaxMsrs = 4096;
    const uint NoSubleaf = uint.MaxValue;

    /// <summary>The guest's CPUID leaves.</summary>
    public CpuidEntry[] Cpuid = [];

    /// <summary>Frequency of the guest's time-stamp counter, kHz.</summary>
    public uint TscKhz;

    /// <summary>Time-stamp counter at the moment when guest time was frozen.</summary>
    public ulong Tsc;

    /// <summary>IA32_TSC_DEADLINE: absolute, 0 for none.</summary>
    public ulong TscDeadline;

    /// <summary>General registers.</summary>
    public GeneralRegisters General;

    /// <summary>Segments and control registers.</summary>
    public SystemRegisters System;

    /// <summary>Debug registers.</summary>
    public DebugRegisters Debug;

    /// <summary>XCR0.</summary>
    public ulong Xcr0;

    /// <summary>The XSAVE area in the standard (not compacted) format, Intel SDM vol. 1, 13.4.</summary>
    public byte[] Xsave = [];

    /// <summary>Model-specific registers other than the time-stamp counter and its deadline.</summary>
    public MsrValue[] Msrs = [];

    /// <summary>The local APIC's register page, first 1024 bytes. The id is in the xAPIC form (bits 24 to 31) in every mode.</summary>
    public byte[] Lapic = [];

    /// <summary>Events under way.</summary>
    public PendingEvents Events;

    /// <summary>Whether it executes.</summary>
    public VcpuRunState RunState;

    /// <summary>Writes the payload.</summary>
    public void Write(StateWriter writer)
    {
        writer.Write(Cpuid.Length);
        foreach (var entry in Cpuid) Write(writer, entry);
        writer.Write(TscKhz);
        writer.Write(Tsc);
        writer.Write(TscDeadline);
        StateStructure.Write(writer, General);
        StateStructure.Write(writer, System);
        StateStructure.Write(writer, Debug);
        writer.Write(Xcr0);
        writer.Write((ReadOnlySpan<byte>)Xsave);
        writer.Write(MemoryMarshal.AsBytes<MsrValue>(Msrs));
        writer.Write((ReadOnlySpan<byte>)Lapic);
        StateStructure.Write(writer, Events);
        writer.Write((byte)RunState);
    }

    /// <summary>Reads a payload. Throws <see cref="StateFormatException"/>.</summary>
    public static VcpuPayload Read(StateReader reader) => new()
    {
        Cpuid = ReadCpuid(reader),
        TscKhz = reader.ReadUInt32(),
        Tsc = reader.ReadUInt64(),
        TscDeadline = reader.ReadUInt64(),
        General = StateStructure.Read<GeneralRegisters>(reader),
        System = StateStructure.Read<SystemRegisters>(reader),
        Debug = StateStructure.Read<DebugRegisters>(reader),
        Xcr0 = reader.ReadUInt64(),
        Xsave = ReadXsave(reader),
        Msrs = ReadMsrs(reader),
        Lapic = ReadLapic(reader),
        Events = StateStructure.Read<PendingEvents>(reader),
        RunState = ReadRunState(reader),
    };

    static void Write(StateWriter writer, CpuidEntry entry)
    {
        writer.Write(entry.Leaf);
        writer.Write(entry.Subleaf ?? NoSubleaf);
        writer.Write(entry.Eax);
        writer.Write(entry.Ebx);
        writer.Write(entry.Ecx);
        writer.Write(entry.Edx);
    }

    static CpuidEntry[] ReadCpuid(StateReader reader)
    {
        var count = reader.ReadInt32();
        if (count is < 0 or > MaxCpuidEntries)
            throw new StateFormatException($"{reader.Owner}: {count} CPUID entries; at most {MaxCpuidEntries} are possible.");
        var entries = new CpuidEntry[count];
        for (var i = 0; i < count; i++)
        {
            var leaf = reader.ReadUInt32();
            var subleaf = reader.ReadUInt32();
            entries[i] = new(leaf, subleaf == NoSubleaf ? null : subleaf, reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32());
        }
        return entries;
    }

    static byte[] ReadXsave(StateReader reader)
    {
        var area = reader.ReadBytes().ToArray();
        if (area.Length is < 576 or > 1 << 16)
            throw new StateFormatException($"{reader.Owner}: an XSAVE area of {area.Length} bytes; 576 to 65536 are possible.");
        return area;
    }

    static unsafe MsrValue[] ReadMsrs(StateReader reader)
    {
        var bytes = reader.ReadBytes();
        if (bytes.Length % sizeof(MsrValue) != 0 || bytes.Length > MaxMsrs * sizeof(MsrValue))
            throw new StateFormatException($"{reader.Owner}: {bytes.Length} bytes of MSRs; a multiple of {sizeof(MsrValue)}, at most {MaxMsrs} registers, is possible.");
        return MemoryMarshal.Cast<byte, MsrValue>(bytes).ToArray();
    }

    static byte[] ReadLapic(StateReader reader)
    {
        var page = new byte[1024];
        reader.ReadBytes(page);
        return page;
    }

    static VcpuRunState ReadRunState(StateReader reader)
    {
        var value = (VcpuRunState)reader.ReadByte();
        if (!Enum.IsDefined(value)) throw new StateFormatException($"{reader.Owner}: run state {(byte)value}; 0 to 4 are defined.");
        return value;
    }
}
