using Propolis.Vmm.Interop.Linux;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>
/// A vCPU's time-stamp counter and its deadline timer, and what they were when guest time was frozen. The counter is the host's plus an offset; moving the offset
/// moves all vCPUs by exactly the same amount, which writing the counter would not (KVM takes values near its own idea of the time for attempts to
/// synchronize, and ignores them).
/// </summary>
sealed unsafe class KvmTimestampCounter(DescriptorHandle vcpu)
{
    readonly bool _hasOffset = HasOffset(vcpu);

    /// <summary>The counter at the moment when time was frozen, or where it is to go on.</summary>
    public ulong Frozen { get; set; }

    /// <summary>The deadline at that moment, 0 for none.</summary>
    public ulong FrozenDeadline { get; set; }

    /// <summary>The counter now.</summary>
    public ulong Read()
    {
        if (!KvmMsrAccess.TryRead(vcpu, MsrRules.TimeStampCounter, out var value)) throw new HypervisorException("KVM does not tell the guest's time-stamp counter.");
        return value;
    }

    /// <summary>Guest counter minus host counter.</summary>
    public ulong ReadOffset()
    {
        if (!_hasOffset) return 0;
        ulong offset;
        var attribute = OffsetAttribute(&offset);
        KvmCall.Invoke(vcpu, KvmIoctl.GetDeviceAttr, &attribute, "tell the TSC offset");
        return offset;
    }

    /// <summary>
    /// Notes the counter, given what the boot vCPU's counter (<paramref name="reference"/>) and offset are: all vCPUs are frozen at one moment
    /// although they are visited one after the other.
    /// </summary>
    public void Freeze(ulong reference, ulong referenceOffset)
    {
        Frozen = _hasOffset ? unchecked(reference + ReadOffset() - referenceOffset) : Read();
        FrozenDeadline = KvmMsrAccess.TryRead(vcpu, MsrRules.TscDeadline, out var deadline) ? deadline : 0;
    }

    /// <summary>Lets the counter go on from <see cref="Frozen"/> plus <paramref name="elapsed"/> ticks, given the boot vCPU's counter and offset before this.</summary>
    public void Thaw(ulong elapsed, ulong reference, ulong referenceOffset)
    {
        var target = unchecked(Frozen + elapsed);
        if (_hasOffset)
        {
            var offset = unchecked(target - reference + referenceOffset);
            var attribute = OffsetAttribute(&offset);
            KvmCall.Invoke(vcpu, KvmIoctl.SetDeviceAttr, &attribute, "move the TSC offset");
        }
        else if (!KvmMsrAccess.TryWrite(vcpu, MsrRules.TimeStampCounter, target))
        {
            throw new HypervisorException("KVM does not let the guest's time-stamp counter be set.");
        }
        // The kernel's timer was armed for the old offset; writing the deadline arms it anew.
        if (FrozenDeadline != 0) KvmMsrAccess.TryWrite(vcpu, MsrRules.TscDeadline, FrozenDeadline);
    }

    /// <summary>Frequency in kHz. Kept, because asking the kernel would wait until the vCPU leaves the guest.</summary>
    public uint Kilohertz { get; private set; } = ReadKilohertz(vcpu);

    /// <summary>Gives the guest the frequency it was started with, or says that this host cannot.</summary>
    public void AdoptKilohertz(uint kilohertz, string owner)
    {
        var own = Kilohertz;
        if (own == kilohertz) return;
        if (KvmLibrary.Ioctl(vcpu.Value, KvmIoctl.SetTscKhz, (nint)kilohertz) < 0)
        {
            throw new StateFormatException(
                $"{owner}: the guest's time-stamp counter runs at {kilohertz} kHz, this host's at {own} kHz, and its processor cannot scale it.");
        }
        Kilohertz = ReadKilohertz(vcpu);
    }

    static uint ReadKilohertz(DescriptorHandle vcpu) => (uint)KvmCall.Invoke(vcpu, KvmIoctl.GetTscKhz, 0, "tell the TSC frequency");

    static bool HasOffset(DescriptorHandle vcpu)
    {
        var attribute = OffsetAttribute(null);
        return KvmLibrary.Ioctl(vcpu.Value, KvmIoctl.HasDeviceAttr, &attribute) >= 0;
    }

    static KvmDeviceAttr OffsetAttribute(ulong* value) =>
        new() { Group = KvmConstants.VcpuTscCtrl, Attr = KvmConstants.VcpuTscOffset, Addr = (ulong)value };
}
