using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Propolis.Vmm.Interop.Linux;

/// <summary>struct kvm_userspace_memory_region.</summary>
[StructLayout(LayoutKind.Sequential)]
struct KvmUserspaceMemoryRegion
{
    public uint Slot;
    public uint Flags;
    public ulong GuestPhysAddr;
    public ulong MemorySize;
    public ulong UserspaceAddr;
}

/// <summary>struct kvm_dirty_log.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct KvmDirtyLog
{
    public uint Slot;
    public uint Padding1;
    public void* DirtyBitmap;
}

/// <summary>struct kvm_irq_level.</summary>
[StructLayout(LayoutKind.Sequential)]
struct KvmIrqLevel
{
    public uint Irq;
    public uint Level;
}

/// <summary>struct kvm_msi.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct KvmMsi
{
    public uint AddressLo;
    public uint AddressHi;
    public uint Data;
    public uint Flags;
    public uint Devid;
    public fixed byte Pad[12];
}

/// <summary>struct kvm_ioeventfd.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct KvmIoeventfd
{
    public ulong Datamatch;
    public ulong Addr;
    public uint Len;
    public int Fd;
    public uint Flags;
    public fixed byte Pad[36];
}

/// <summary>struct kvm_pit_config.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct KvmPitConfig
{
    public uint Flags;
    public fixed uint Pad[15];
}

/// <summary>struct kvm_pit_channel_state.</summary>
[StructLayout(LayoutKind.Sequential)]
struct KvmPitChannelState
{
    public uint Count;
    public ushort LatchedCount;
    public byte CountLatched;
    public byte StatusLatched;
    public byte Status;
    public byte ReadState;
    public byte WriteState;
    public byte WriteLatch;
    public byte RwMode;
    public byte Mode;
    public byte Bcd;
    public byte Gate;
    public long CountLoadTime;
}

/// <summary>Three <see cref="KvmPitChannelState"/>.</summary>
[InlineArray(3)]
struct PitChannels
{
    KvmPitChannelState _first;
}

/// <summary>struct kvm_pit_state2.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct KvmPitState2
{
    public PitChannels Channels;
    public uint Flags;
    public fixed uint Reserved[9];
}

/// <summary>struct kvm_pic_state: one 8259.</summary>
[StructLayout(LayoutKind.Sequential)]
struct KvmPicState
{
    public byte LastIrr;
    public byte Irr;
    public byte Imr;
    public byte Isr;
    public byte PriorityAdd;
    public byte IrqBase;
    public byte ReadRegSelect;
    public byte Poll;
    public byte SpecialMask;
    public byte InitState;
    public byte AutoEoi;
    public byte RotateOnAutoEoi;
    public byte SpecialFullyNestedMode;
    public byte Init4;
    public byte Elcr;
    public byte ElcrMask;
}

/// <summary>struct kvm_ioapic_state.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct KvmIoapicState
{
    public ulong BaseAddress;
    public uint Ioregsel;
    public uint Id;
    public uint Irr;
    public uint Pad;
    public fixed ulong Redirtbl[24];
}

/// <summary>struct kvm_irqchip: one interrupt controller, which one by its id.</summary>
[StructLayout(LayoutKind.Explicit, Size = 520)]
struct KvmIrqchip
{
    [FieldOffset(0)] public uint ChipId;
    [FieldOffset(4)] public uint Pad;
    [FieldOffset(8)] public KvmPicState ChipPic;
    [FieldOffset(8)] public KvmIoapicState ChipIoapic;
}

/// <summary>struct kvm_clock_data.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct KvmClockData
{
    public ulong Clock;
    public uint Flags;
    public uint Pad0;
    public ulong Realtime;
    public ulong HostTsc;
    public fixed uint Pad[4];
}

/// <summary>struct kvm_enable_cap.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct KvmEnableCap
{
    public uint Cap;
    public uint Flags;
    public fixed ulong Args[4];
    public fixed byte Pad[64];
}

/// <summary>struct kvm_device_attr.</summary>
[StructLayout(LayoutKind.Sequential)]
struct KvmDeviceAttr
{
    public uint Flags;
    public uint Group;
    public ulong Attr;
    public ulong Addr;
}
