using Propolis.Vmm.Interop.Linux;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>
/// The state of a vCPU behind its descriptor: captured into and restored from the neutral form, in the order KVM needs. Every call waits for the
/// vCPU to leave the guest, so they are made by its own thread or while that is parked.
/// </summary>
sealed unsafe class KvmVcpuRegisters
{
    const int LegacyXsaveLength = 4096;

    readonly DescriptorHandle _descriptor;
    readonly KvmHostFeatures _host;
    readonly KvmTimestampCounter _timestamp;
    readonly VcpuPayload _powerOn;
    CpuidEntry[] _cpuid;

    /// <summary>Gives a new vCPU its CPUID leaves and keeps its power-on state for <see cref="Reset"/>.</summary>
    public KvmVcpuRegisters(DescriptorHandle descriptor, KvmHostFeatures host, CpuidEntry[] cpuid, int id)
    {
        _descriptor = descriptor;
        _host = host;
        _cpuid = cpuid;
        _timestamp = new KvmTimestampCounter(descriptor);
        if (!KvmCpuid.TrySet(descriptor, cpuid)) KvmCall.Check(-1, $"give vCPU {id} its CPUID leaves");
        _powerOn = Capture();
        _powerOn.Tsc = 0;
        _powerOn.TscDeadline = 0;
    }

    /// <summary>The time-stamp counter.</summary>
    public KvmTimestampCounter Timestamp => _timestamp;

    /// <summary>The guest's CPUID leaves.</summary>
    public IReadOnlyList<CpuidEntry> Cpuid => _cpuid;

    /// <summary>RIP now, 0 when it cannot be read.</summary>
    public ulong InstructionPointer
    {
        get
        {
            KvmRegs regs;
            return KvmLibrary.Ioctl(_descriptor.Value, KvmIoctl.GetRegs, &regs) >= 0 ? regs.Rip : 0;
        }
    }

    /// <summary>Everything, with the time-stamp counter as it was frozen.</summary>
    public VcpuPayload Capture()
    {
        // Reading changes things: the run state takes an INIT or SIPI that waits (and with it CS and RIP), and the events put what a pending page fault carries
        // into CR2. So those two are read before the registers.
        KvmMpState runState;
        Get(KvmIoctl.GetMpState, &runState, "read the run state");
        KvmVcpuEvents events;
        Get(KvmIoctl.GetVcpuEvents, &events, "read pending events");
        KvmRegs regs;
        Get(KvmIoctl.GetRegs, &regs, "read general registers");
        KvmSregs2 sregs;
        Get(KvmIoctl.GetSregs2, &sregs, "read system registers");
        KvmDebugregs debug;
        Get(KvmIoctl.GetDebugregs, &debug, "read debug registers");
        return new VcpuPayload
        {
            Cpuid = _cpuid,
            TscKhz = _timestamp.Kilohertz,
            Tsc = _timestamp.Frozen,
            TscDeadline = _timestamp.FrozenDeadline,
            General = KvmVcpuTranslation.ToNeutral(regs),
            System = KvmVcpuTranslation.ToNeutral(sregs),
            Debug = KvmVcpuTranslation.ToNeutral(debug),
            Xcr0 = ReadXcr0(),
            Xsave = ReadXsave(),
            Msrs = KvmMsrAccess.ReadAll(_descriptor, _host.MsrIndices),
            Lapic = ReadLapic(),
            Events = KvmVcpuTranslation.ToNeutral(events),
            RunState = (VcpuRunState)runState.MpState,
        };
    }

    /// <summary>Takes over the state of a guest from elsewhere, after a check that this host can carry it on.</summary>
    public void Adopt(VcpuPayload state, string owner)
    {
        if (CpuidRules.FindObstacle(state.Cpuid, _host.Cpuid) is { } obstacle) throw new StateFormatException($"{owner}: {obstacle}.");
        if (state.Xsave.Length > _host.XsaveLength)
            throw new StateFormatException($"{owner}: an XSAVE area of {state.Xsave.Length} bytes; this host's has {_host.XsaveLength}.");
        if (!state.Cpuid.AsSpan().SequenceEqual(_cpuid))
        {
            if (!KvmCpuid.TrySet(_descriptor, state.Cpuid)) KvmCall.Check(-1, $"give {owner} the CPUID leaves it was started with");
            _cpuid = state.Cpuid;
        }
        _timestamp.AdoptKilohertz(state.TscKhz, owner);
        Apply(state);
    }

    /// <summary>Returns to the state of creation; the clocks start from zero when time goes on.</summary>
    public void Reset() => Apply(_powerOn);

    /// <summary>Makes an NMI pending.</summary>
    public void InjectNmi() => KvmCall.Invoke(_descriptor, KvmIoctl.Nmi, 0, "inject an NMI");

    /// <summary>Tells the guest that it stood still, so that its watchdogs forgive; a guest without the paravirtual clock need not know.</summary>
    public void NotePause() => _ = KvmLibrary.Ioctl(_descriptor.Value, KvmIoctl.KvmclockCtrl, 0);

    /// <summary>Sets what <see cref="IVcpu.SetLongModeEntry"/> promises.</summary>
    public void SetLongModeEntry(LongModeEntry entry)
    {
        KvmSregs2 sregs;
        Get(KvmIoctl.GetSregs2, &sregs, "read system registers");
        var system = LongModeRules.Enter(KvmVcpuTranslation.ToNeutral(sregs), entry);
        sregs = KvmVcpuTranslation.ToKvm(system);
        Set(KvmIoctl.SetSregs2, &sregs, "set system registers");
        var regs = KvmVcpuTranslation.ToKvm(LongModeRules.Registers(entry));
        Set(KvmIoctl.SetRegs, &regs, "set general registers");
    }

    // CPUID and TSC frequency are already right. Control registers come first, because MSRs and the local APIC are judged by them; the run state
    // comes last, because everything else may change it.
    void Apply(VcpuPayload state)
    {
        var sregs = KvmVcpuTranslation.ToKvm(state.System);
        Set(KvmIoctl.SetSregs2, &sregs, "set system registers");
        WriteXcr0(state.Xcr0);
        WriteXsave(state.Xsave);
        KvmMsrAccess.WriteAll(_descriptor, state.Msrs);
        fixed (byte* page = state.Lapic) Set(KvmIoctl.SetLapic, page, "set the local APIC");
        var debug = KvmVcpuTranslation.ToKvm(state.Debug);
        Set(KvmIoctl.SetDebugregs, &debug, "set debug registers");
        var regs = KvmVcpuTranslation.ToKvm(state.General);
        Set(KvmIoctl.SetRegs, &regs, "set general registers");
        var events = KvmVcpuTranslation.ToKvm(state.Events);
        Set(KvmIoctl.SetVcpuEvents, &events, "set pending events");
        var runState = new KvmMpState { MpState = (uint)state.RunState };
        Set(KvmIoctl.SetMpState, &runState, "set the run state");
        _timestamp.Frozen = state.Tsc;
        _timestamp.FrozenDeadline = state.TscDeadline;
    }

    ulong ReadXcr0()
    {
        KvmXcrs xcrs;
        Get(KvmIoctl.GetXcrs, &xcrs, "read XCR0");
        for (var i = 0; i < xcrs.NrXcrs && i < 16; i++)
        {
            if (xcrs.Xcrs[i].Xcr == 0) return xcrs.Xcrs[i].Value;
        }
        return 1;
    }

    void WriteXcr0(ulong value)
    {
        var xcrs = new KvmXcrs { NrXcrs = 1 };
        xcrs.Xcrs[0] = new KvmXcr { Xcr = 0, Value = value };
        Set(KvmIoctl.SetXcrs, &xcrs, "set XCR0");
    }

    byte[] ReadXsave()
    {
        var area = new byte[_host.XsaveLength];
        // SAFETY: pinned, and as long as the kernel said (KVM_CAP_XSAVE2) or the old ioctl's fixed length.
        fixed (byte* start = area)
        {
            if (area.Length > LegacyXsaveLength) Get(KvmIoctl.GetXsave2, start, "read the FPU state");
            else Get(KvmIoctl.GetXsave, start, "read the FPU state");
        }
        return area;
    }

    void WriteXsave(byte[] state)
    {
        var area = new byte[_host.XsaveLength];
        state.CopyTo(area, 0);
        // SAFETY: pinned, as long as the kernel reads.
        fixed (byte* start = area) Set(KvmIoctl.SetXsave, start, "set the FPU state");
    }

    byte[] ReadLapic()
    {
        var page = new byte[KvmConstants.ApicRegSize];
        // SAFETY: pinned, the fixed length of the structure.
        fixed (byte* start = page) Get(KvmIoctl.GetLapic, start, "read the local APIC");
        return page;
    }

    void Get(nuint request, void* structure, string what) => KvmCall.Invoke(_descriptor, request, structure, what);

    void Set(nuint request, void* structure, string what) => KvmCall.Invoke(_descriptor, request, structure, what);
}
