using System.Runtime.InteropServices;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Interop.Linux;
using Propolis.Vmm.Memory;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>One KVM virtual machine: descriptor, memory slots, interrupt controllers and PIT in the kernel, guest time.</summary>
sealed unsafe class KvmVirtualMachine : IVirtualMachine
{
    // Intel without unrestricted guest needs four pages that no memory covers. They lie between the local APIC's page and the 16 MiB below 4 GiB that
    // firmware may fill.
    const ulong IdentityMapAddress = 0xfeffc000;
    static readonly nint TssAddress = unchecked((nint)0xfeffd000);
    const ulong MsiWindow = 0xfee00000;
    const ulong MsiWindowMask = ~0xfffffUL;

    readonly DescriptorHandle _descriptor;
    readonly KvmHostFeatures _host;
    readonly KvmMemoryMap _memory;
    readonly KvmTime _time;
    readonly CpuidEntry[] _cpuid;
    readonly int _vcpuCount;
    readonly List<KvmVcpu> _vcpus = [];
    readonly PlatformPayload _powerOn = new();
    bool _disposed;

    public KvmVirtualMachine(DescriptorHandle kvm, VirtualMachineOptions options, TimeProvider clock)
    {
        _descriptor = new DescriptorHandle(KvmCall.Invoke(kvm, KvmIoctl.CreateVm, 0, "create a virtual machine"));
        _memory = new KvmMemoryMap(_descriptor);
        _time = new KvmTime(_descriptor, clock);
        _vcpuCount = options.VcpuCount;
        try
        {
            _host = new KvmHostFeatures(kvm, _descriptor);
            _cpuid = options.Cpuid is { } wanted ? CpuidRules.WithHypervisorLeaves(wanted, _host.Cpuid) : _host.Cpuid;
            ReserveIntelPages(kvm);
            CreateInterruptControllers();
            EnableUserSpaceMsrs();
            _time.NotePit();
            CapturePlatform(_powerOn);
        }
        catch
        {
            _descriptor.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public GuestMemory Memory => _memory.Memory;

    /// <inheritdoc/>
    public VirtualMachineTraits Traits => new()
    {
        GuestCpuid = _vcpus[0].Registers.Cpuid,
        HostCpuid = _host.Cpuid,
        TscKhz = _vcpus[0].Registers.Timestamp.Kilohertz,
        CanScaleTsc = _host.CanScaleTsc,
    };

    /// <inheritdoc/>
    public MemoryRegion MapRam(ulong address, ulong length) => _memory.Map(address, length, MemoryKind.Ram, []);

    /// <inheritdoc/>
    public MemoryRegion MapRom(ulong address, ReadOnlySpan<byte> contents) =>
        _memory.Map(address, (ulong)contents.Length, MemoryKind.Rom, contents);

    /// <inheritdoc/>
    public void SetVisible(MemoryRegion region, bool visible) => _memory.SetVisible(region, visible);

    /// <inheritdoc/>
    public IVcpu CreateVcpu(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(id, _vcpus.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, _vcpuCount);
        var descriptor = new DescriptorHandle(KvmCall.Invoke(_descriptor, KvmIoctl.CreateVcpu, id, $"create vCPU {id}"));
        try
        {
            var registers = new KvmVcpuRegisters(descriptor, _host, CpuidRules.ForVcpu(_cpuid, id, _vcpuCount), id);
            var vcpu = new KvmVcpu(this, descriptor, id, _host.RunPageLength, registers);
            _vcpus.Add(vcpu);
            return vcpu;
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void SetInterruptLevel(int gsi, bool level)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)gsi, (uint)KvmConstants.IoapicNumPins);
        var line = new KvmIrqLevel { Irq = (uint)gsi, Level = level ? 1u : 0 };
        KvmCall.Invoke(_descriptor, KvmIoctl.IrqLine, &line, $"set interrupt line {gsi}");
    }

    /// <inheritdoc/>
    public void Signal(MsiMessage message)
    {
        if ((message.Address & MsiWindowMask) != MsiWindow) return;
        var msi = new KvmMsi { AddressLo = (uint)message.Address, Data = message.Data };
        // What the local APICs do with it (nobody there, blocked) is the guest's affair, so the result says nothing of use.
        _ = KvmLibrary.Ioctl(_descriptor.Value, KvmIoctl.SignalMsi, &msi);
    }

    /// <inheritdoc/>
    public bool TryBindDoorbell(DoorbellAddress address, SafeHandle eventFd, out IDisposable? binding)
    {
        binding = address.Size == 0 && (address.IsPort || !_host.AcceptsAnyDoorbellWidth)
            ? null
            : KvmDoorbell.TryBind(_descriptor, address, (int)eventFd.DangerousGetHandle());
        return binding is not null;
    }

    /// <inheritdoc/>
    public void TrackDirtyPages(bool enabled) => _memory.Track(enabled);

    /// <inheritdoc/>
    public void CollectDirtyPages(MemoryRegion region, Span<ulong> bitmap) => _memory.Collect(region, bitmap);

    /// <inheritdoc/>
    public void PauseTime() => _time.Freeze(_vcpus);

    /// <inheritdoc/>
    public void ResumeTime() => _time.Thaw(_vcpus);

    /// <inheritdoc/>
    public void ExportPlatform(StateWriter writer)
    {
        RequireFrozenTime();
        var state = new PlatformPayload();
        CapturePlatform(state);
        state.Write(writer);
    }

    /// <inheritdoc/>
    public void ImportPlatform(StateReader reader)
    {
        var state = PlatformPayload.Read(reader);
        reader.ExpectEnd();
        PauseTime();
        _time.Import(state);
        RestoreControllers(state);
    }

    /// <inheritdoc/>
    public void Reset()
    {
        var wasFrozen = _time.IsFrozen;
        PauseTime();
        RestoreControllers(_powerOn);
        _time.Reset(_powerOn);
        foreach (var vcpu in _vcpus) vcpu.Reset();
        if (!wasFrozen) ResumeTime();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        foreach (var vcpu in _vcpus) vcpu.Dispose();
        _descriptor.Dispose();
        _memory.Dispose();
    }

    /// <summary>State is whole only while time stands still.</summary>
    public void RequireFrozenTime()
    {
        if (!_time.IsFrozen) throw new InvalidOperationException("State is exported and imported between PauseTime and ResumeTime.");
    }

    void ReserveIntelPages(DescriptorHandle kvm)
    {
        if (KvmLibrary.Ioctl(kvm.Value, KvmIoctl.CheckExtension, KvmCap.SetTssAddr) <= 0) return;
        var identityMap = IdentityMapAddress;
        KvmCall.Invoke(_descriptor, KvmIoctl.SetIdentityMapAddr, &identityMap, "place the identity map");
        KvmCall.Invoke(_descriptor, KvmIoctl.SetTssAddr, TssAddress, "place the task state pages");
    }

    void CreateInterruptControllers()
    {
        KvmCall.Invoke(_descriptor, KvmIoctl.CreateIrqchip, 0, "create the interrupt controllers");
        var pit = new KvmPitConfig { Flags = KvmConstants.PitSpeakerDummy };
        KvmCall.Invoke(_descriptor, KvmIoctl.CreatePit2, &pit, "create the PIT");
    }

    // Only registers that KVM does not know come to user space: a bad value for one it knows is the guest's #GP, as on bhyve.
    void EnableUserSpaceMsrs()
    {
        var enable = new KvmEnableCap { Cap = KvmCap.X86UserSpaceMsr };
        enable.Args[0] = KvmConstants.MsrExitReasonUnknown;
        KvmCall.Invoke(_descriptor, KvmIoctl.EnableCap, &enable, "hand unknown MSRs to user space");
    }

    void CapturePlatform(PlatformPayload state)
    {
        state.Master = KvmPlatformTranslation.ToNeutral(ReadChip(KvmConstants.IrqchipPicMaster).ChipPic);
        state.Slave = KvmPlatformTranslation.ToNeutral(ReadChip(KvmConstants.IrqchipPicSlave).ChipPic);
        state.IoApic = KvmPlatformTranslation.ToNeutral(ReadChip(KvmConstants.IrqchipIoapic).ChipIoapic);
        _time.Export(state);
    }

    void RestoreControllers(PlatformPayload state)
    {
        WriteChip(new KvmIrqchip { ChipId = KvmConstants.IrqchipPicMaster, ChipPic = KvmPlatformTranslation.ToKvm(state.Master) });
        WriteChip(new KvmIrqchip { ChipId = KvmConstants.IrqchipPicSlave, ChipPic = KvmPlatformTranslation.ToKvm(state.Slave) });
        WriteChip(new KvmIrqchip { ChipId = KvmConstants.IrqchipIoapic, ChipIoapic = KvmPlatformTranslation.ToKvm(state.IoApic) });
    }

    KvmIrqchip ReadChip(uint id)
    {
        var chip = new KvmIrqchip { ChipId = id };
        KvmCall.Invoke(_descriptor, KvmIoctl.GetIrqchip, &chip, $"read interrupt controller {id}");
        return chip;
    }

    void WriteChip(KvmIrqchip chip) => KvmCall.Invoke(_descriptor, KvmIoctl.SetIrqchip, &chip, $"set interrupt controller {chip.ChipId}");
}
