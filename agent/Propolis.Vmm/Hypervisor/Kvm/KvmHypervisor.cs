using System.Runtime.InteropServices;
using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>KVM of Linux 5.16 or later, through /dev/kvm.</summary>
/// <param name="clock">Wall clock and monotonic clock for guest time across snapshots; null is the system's.</param>
public sealed unsafe class KvmHypervisor(TimeProvider? clock = null) : IHypervisor
{
    const string Device = "/dev/kvm";

    static readonly (int Number, string Name)[] Required =
    [
        (KvmCap.Irqchip, "an interrupt controller in the kernel"), (KvmCap.UserMemory, "user memory regions"), (KvmCap.ExtCpuid, "CPUID lists"),
        (KvmCap.MpState, "processor run states"), (KvmCap.UserNmi, "NMI injection"), (KvmCap.Pit2, "a PIT in the kernel"),
        (KvmCap.PitState2, "PIT state"), (KvmCap.AdjustClock, "an adjustable guest clock"),
        (KvmCap.VcpuEvents, "vCPU event state"), (KvmCap.Debugregs, "debug register state"), (KvmCap.Xsave, "XSAVE state"),
        (KvmCap.Xcrs, "XCR state"), (KvmCap.SignalMsi, "MSI injection"), (KvmCap.ReadonlyMem, "read-only memory"),
        (KvmCap.ImmediateExit, "immediate exits"), (KvmCap.X86UserSpaceMsr, "MSR exits"), (KvmCap.Sregs2, "KVM_GET_SREGS2"),
    ];

    readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <inheritdoc/>
    public HypervisorStatus Probe()
    {
        if (!OperatingSystem.IsLinux()) return new(false, false, "KVM needs Linux.");
        using var kvm = TryOpen(out var error);
        if (kvm is null) return new(false, false, ExplainOpenFailure(error));
        if (FindShortcoming(kvm) is { } shortcoming) return new(false, false, shortcoming);
        return HasVirtualization(File.ReadLines("/proc/cpuinfo"))
            ? new(true, true, $"{Device} with hardware virtualization.")
            : new(true, false, $"{Device} opens, but the CPU has neither vmx nor svm: a software KVM, good for tiny guests only.");
    }

    /// <inheritdoc/>
    public IVirtualMachine Create(VirtualMachineOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.VcpuCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.VcpuCount, 254);
        using var kvm = TryOpen(out var error) ?? throw new HypervisorException(ExplainOpenFailure(error), error);
        if (FindShortcoming(kvm) is { } shortcoming) throw new HypervisorException(shortcoming);
        KickSignal.EnsureInstalled();
        return new KvmVirtualMachine(kvm, options, _clock);
    }

    /// <summary>
    /// The CPUID leaves that guests on this host can have, as a guest without an explicit list gets them but for what differs from vCPU to
    /// vCPU. Throws <see cref="HypervisorException"/>.
    /// </summary>
    public IReadOnlyList<CpuidEntry> SupportedCpuid()
    {
        using var kvm = TryOpen(out var error) ?? throw new HypervisorException(ExplainOpenFailure(error), error);
        return KvmCpuid.ReadSupported(kvm);
    }

    /// <summary>Whether a /proc/cpuinfo names vmx or svm among the first processor's flags.</summary>
    internal static bool HasVirtualization(IEnumerable<string> cpuinfo)
    {
        var flags = cpuinfo.FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal));
        return flags is not null && flags.Split(' ', '\t', ':').Any(flag => flag is "vmx" or "svm");
    }

    /// <summary>The sentence for a /dev/kvm that does not open.</summary>
    internal static string ExplainOpenFailure(int error) => error switch
    {
        KvmLibrary.Enoent => $"{Device} does not exist: load the module kvm_intel or kvm_amd (the CPU needs vmx or svm, switched on in its firmware).",
        KvmLibrary.Eacces or KvmLibrary.Eperm => $"No right to open {Device}: add the user to the group kvm (usermod -aG kvm USER) and log in again.",
        _ => $"{Device} does not open: {Marshal.GetPInvokeErrorMessage(error)} (errno {error}).",
    };

    static DescriptorHandle? TryOpen(out int error)
    {
        var descriptor = KvmLibrary.Open(Device, KvmLibrary.OpenReadWrite | KvmLibrary.OpenCloseOnExec);
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new DescriptorHandle(descriptor);
    }

    static string? FindShortcoming(DescriptorHandle kvm)
    {
        var version = KvmLibrary.Ioctl(kvm.Value, KvmIoctl.GetApiVersion, 0);
        if (version != KvmConstants.ApiVersion) return $"{Device} speaks API version {version}; version {KvmConstants.ApiVersion} is needed.";
        foreach (var (number, name) in Required)
        {
            if (KvmLibrary.Ioctl(kvm.Value, KvmIoctl.CheckExtension, number) <= 0)
                return $"The KVM of this kernel lacks {name}; Linux 5.16 or later has it.";
        }
        return null;
    }
}
