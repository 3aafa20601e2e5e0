using System.Runtime.InteropServices;

namespace Propolis.Vmm.Hypervisor;

/// <summary>One channel of the 8254 timer (Intel 8254 data sheet for the words). In a payload the fields stand in this order.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
struct PitChannelState
{
    /// <summary>The initial count, 1 to 65536.</summary>
    public uint Count;
    public ushort LatchedCount;
    public byte CountLatched;
    public byte StatusLatched;
    public byte Status;
    public byte ReadState;
    public byte WriteState;
    public byte WriteLatch;
    public byte ReadWriteMode;
    public byte Mode;
    public byte Bcd;
    public byte Gate;

    /// <summary>Nanoseconds from the loading of the count to the moment when guest time was frozen.</summary>
    public ulong SinceLoad;
}
