using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>Interrupt controllers and PIT between KVM's structures and the neutral ones. Pure.</summary>
static unsafe class KvmPlatformTranslation
{
    const uint KvmSpeakerDataOn = 2;

    public static PicState ToNeutral(in KvmPicState p) => new()
    {
        LastInputs = p.LastIrr,
        Irr = p.Irr,
        Imr = p.Imr,
        Isr = p.Isr,
        HighestPriority = p.PriorityAdd,
        VectorBase = p.IrqBase,
        ReadsIsr = p.ReadRegSelect,
        Poll = p.Poll,
        SpecialMask = p.SpecialMask,
        InitState = p.InitState,
        AutoEoi = p.AutoEoi,
        RotateOnAutoEoi = p.RotateOnAutoEoi,
        SpecialFullyNested = p.SpecialFullyNestedMode,
        ExpectsIcw4 = p.Init4,
        Elcr = p.Elcr,
        ElcrMask = p.ElcrMask,
    };

    public static KvmPicState ToKvm(in PicState p) => new()
    {
        LastIrr = p.LastInputs,
        Irr = p.Irr,
        Imr = p.Imr,
        Isr = p.Isr,
        PriorityAdd = p.HighestPriority,
        IrqBase = p.VectorBase,
        ReadRegSelect = p.ReadsIsr,
        Poll = p.Poll,
        SpecialMask = p.SpecialMask,
        InitState = p.InitState,
        AutoEoi = p.AutoEoi,
        RotateOnAutoEoi = p.RotateOnAutoEoi,
        SpecialFullyNestedMode = p.SpecialFullyNested,
        Init4 = p.ExpectsIcw4,
        Elcr = p.Elcr,
        ElcrMask = p.ElcrMask,
    };

    public static IoApicState ToNeutral(in KvmIoapicState a)
    {
        var state = new IoApicState { Address = a.BaseAddress, RegisterSelect = a.Ioregsel, Id = a.Id, Requests = a.Irr };
        for (var i = 0; i < KvmConstants.IoapicNumPins; i++) state.Table[i] = a.Redirtbl[i];
        return state;
    }

    public static KvmIoapicState ToKvm(in IoApicState a)
    {
        var state = new KvmIoapicState { BaseAddress = a.Address, Ioregsel = a.RegisterSelect, Id = a.Id, Irr = a.Requests };
        for (var i = 0; i < KvmConstants.IoapicNumPins; i++) state.Redirtbl[i] = a.Table[i];
        return state;
    }

    /// <summary>A PIT channel; <paramref name="now"/> is the monotonic clock in nanoseconds, as the kernel notes load times.</summary>
    public static PitChannelState ToNeutral(in KvmPitChannelState c, long now) => new()
    {
        Count = c.Count,
        LatchedCount = c.LatchedCount,
        CountLatched = c.CountLatched,
        StatusLatched = c.StatusLatched,
        Status = c.Status,
        ReadState = c.ReadState,
        WriteState = c.WriteState,
        WriteLatch = c.WriteLatch,
        ReadWriteMode = c.RwMode,
        Mode = c.Mode,
        Bcd = c.Bcd,
        Gate = c.Gate,
        SinceLoad = (ulong)Math.Max(0, now - c.CountLoadTime),
    };

    public static KvmPitChannelState ToKvm(in PitChannelState c, long now) => new()
    {
        Count = c.Count,
        LatchedCount = c.LatchedCount,
        CountLatched = c.CountLatched,
        StatusLatched = c.StatusLatched,
        Status = c.Status,
        ReadState = c.ReadState,
        WriteState = c.WriteState,
        WriteLatch = c.WriteLatch,
        RwMode = c.ReadWriteMode,
        Mode = c.Mode,
        Bcd = c.Bcd,
        Gate = c.Gate,
        CountLoadTime = unchecked(now - (long)c.SinceLoad),
    };

    public static uint PitFlagsToNeutral(uint flags) => (flags & KvmSpeakerDataOn) >> 1;

    public static uint PitFlagsToKvm(uint flags) => (flags & 1) << 1;
}
