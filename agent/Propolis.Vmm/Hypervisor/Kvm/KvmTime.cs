using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>
/// Guest time of one virtual machine: runs, or is frozen. Frozen, the paravirtual clock, every time-stamp counter and the PIT are kept in this process and put
/// back when time goes on. A guest that came from elsewhere goes on from where wall-clock time has got to since it was frozen there.
/// </summary>
sealed unsafe class KvmTime(DescriptorHandle machine, TimeProvider clock)
{
    const ulong NanosecondsPerTick = 100;

    const byte NoPitMode = 0xff;

    ulong _clockNanoseconds;
    ulong _wallNanoseconds;
    bool _followsWallClock;
    KvmPitState2 _pit;

    /// <summary>Whether time stands still.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>Nanoseconds of the monotonic clock, which the kernel uses for the PIT.</summary>
    public long Monotonic => (long)((Int128)clock.GetTimestamp() * 1_000_000_000 / clock.TimestampFrequency);

    /// <summary>Stops time; nothing when it stands already.</summary>
    public void Freeze(IReadOnlyList<KvmVcpu> vcpus)
    {
        if (IsFrozen) return;
        IsFrozen = true;
        _clockNanoseconds = ReadClock();
        _wallNanoseconds = WallNow();
        _followsWallClock = false;
        if (vcpus.Count > 0)
        {
            var first = vcpus[0].Registers.Timestamp;
            ulong reference = first.Read(), offset = first.ReadOffset();
            foreach (var vcpu in vcpus) vcpu.Registers.Timestamp.Freeze(reference, offset);
        }
        NotePit();
        StopPit();
    }

    /// <summary>Reads the PIT as it is now.</summary>
    public void NotePit()
    {
        fixed (KvmPitState2* pit = &_pit) KvmCall.Invoke(machine, KvmIoctl.GetPit2, pit, "read the PIT");
    }

    /// <summary>Lets time go on; nothing when it runs.</summary>
    public void Thaw(IReadOnlyList<KvmVcpu> vcpus)
    {
        if (!IsFrozen) return;
        IsFrozen = false;
        var elapsed = _followsWallClock ? WallClockRules.Elapsed(_wallNanoseconds, WallNow()) : 0;
        SetClock(_clockNanoseconds + elapsed);
        ThawCounters(vcpus, elapsed);
        fixed (KvmPitState2* pit = &_pit) KvmCall.Invoke(machine, KvmIoctl.SetPit2, pit, "set the PIT");
    }

    /// <summary>Fills the clocks and the PIT of a payload.</summary>
    public void Export(PlatformPayload state)
    {
        state.ClockNanoseconds = _clockNanoseconds;
        state.WallNanoseconds = _wallNanoseconds;
        state.PitFlags = KvmPlatformTranslation.PitFlagsToNeutral(_pit.Flags);
        for (var i = 0; i < state.Pit.Length; i++) state.Pit[i] = KvmPlatformTranslation.ToNeutral(_pit.Channels[i], Monotonic);
    }

    /// <summary>Takes clocks and PIT of a payload; they come into force when time goes on.</summary>
    public void Import(PlatformPayload state)
    {
        _clockNanoseconds = state.ClockNanoseconds;
        _wallNanoseconds = state.WallNanoseconds;
        _followsWallClock = true;
        SetPit(state);
    }

    /// <summary>Clocks at zero and the PIT as <paramref name="powerOn"/> says, when time goes on.</summary>
    public void Reset(PlatformPayload powerOn)
    {
        _clockNanoseconds = 0;
        _followsWallClock = false;
        SetPit(powerOn);
    }

    // The kernel's timer would go on ticking into the interrupt controllers. Loading a mode that the chip does not have ends it.
    void StopPit()
    {
        var stopped = _pit;
        stopped.Channels[0].Mode = NoPitMode;
        KvmCall.Invoke(machine, KvmIoctl.SetPit2, &stopped, "stop the PIT");
    }

    void SetPit(PlatformPayload state)
    {
        _pit.Flags = KvmPlatformTranslation.PitFlagsToKvm(state.PitFlags);
        for (var i = 0; i < state.Pit.Length; i++) _pit.Channels[i] = KvmPlatformTranslation.ToKvm(state.Pit[i], Monotonic);
    }

    static void ThawCounters(IReadOnlyList<KvmVcpu> vcpus, ulong elapsed)
    {
        if (vcpus.Count == 0) return;
        var first = vcpus[0].Registers.Timestamp;
        var ticks = WallClockRules.Ticks(elapsed, first.Kilohertz);
        ulong reference = first.Read(), offset = first.ReadOffset();
        foreach (var vcpu in vcpus)
        {
            vcpu.Registers.Timestamp.Thaw(ticks, reference, offset);
            vcpu.Registers.NotePause();
        }
    }

    ulong ReadClock()
    {
        KvmClockData data;
        KvmCall.Invoke(machine, KvmIoctl.GetClock, &data, "read the guest clock");
        return data.Clock;
    }

    void SetClock(ulong nanoseconds)
    {
        var data = new KvmClockData { Clock = nanoseconds };
        KvmCall.Invoke(machine, KvmIoctl.SetClock, &data, "set the guest clock");
    }

    ulong WallNow() => (ulong)(clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * NanosecondsPerTick;
}
