using Propolis.Vmm.State;

namespace Propolis.Vmm.Hypervisor;

/// <summary>The state of what a virtual machine has outside its vCPUs, in a form that belongs to no hypervisor. The payload holds the fields in order.</summary>
sealed class PlatformPayload
{
    /// <summary>The guest's uptime (the paravirtual clock) when guest time was frozen, nanoseconds.</summary>
    public ulong ClockNanoseconds;

    /// <summary>Wall clock at that moment, nanoseconds since 1970.</summary>
    public ulong WallNanoseconds;

    /// <summary>The PIC at ports 0x20.</summary>
    public PicState Master;

    /// <summary>The PIC at ports 0xa0.</summary>
    public PicState Slave;

    /// <summary>The IO APIC.</summary>
    public IoApicState IoApic;

    /// <summary>The PIT's channels.</summary>
    public readonly PitChannelState[] Pit = new PitChannelState[3];

    /// <summary>Bit 0: the guest wants the speaker's data on (port 0x61 bit 1).</summary>
    public uint PitFlags;

    /// <summary>Writes the payload.</summary>
    public void Write(StateWriter writer)
    {
        writer.Write(ClockNanoseconds);
        writer.Write(WallNanoseconds);
        StateStructure.Write(writer, Master);
        StateStructure.Write(writer, Slave);
        StateStructure.Write(writer, IoApic);
        foreach (var channel in Pit) StateStructure.Write(writer, channel);
        writer.Write(PitFlags);
    }

    /// <summary>Reads a payload. Throws <see cref="StateFormatException"/>.</summary>
    public static PlatformPayload Read(StateReader reader)
    {
        var state = new PlatformPayload
        {
            ClockNanoseconds = reader.ReadUInt64(),
            WallNanoseconds = reader.ReadUInt64(),
            Master = StateStructure.Read<PicState>(reader),
            Slave = StateStructure.Read<PicState>(reader),
            IoApic = StateStructure.Read<IoApicState>(reader),
        };
        for (var i = 0; i < state.Pit.Length; i++) state.Pit[i] = StateStructure.Read<PitChannelState>(reader);
        state.PitFlags = reader.ReadUInt32();
        return state;
    }
}
