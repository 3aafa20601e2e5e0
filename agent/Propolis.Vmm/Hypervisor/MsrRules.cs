namespace Propolis.Vmm.Hypervisor;

/// <summary>Which machine-specific registers travel as values.</summary>
static class MsrRules
{
    /// <summary>IA32_TIME_STAMP_COUNTER: travels with guest time.</summary>
    public const uint TimeStampCounter = 0x10;

    /// <summary>IA32_TSC_DEADLINE: travels with guest time.</summary>
    public const uint TscDeadline = 0x6e0;

    // Hyper-V's registers (Hypervisor Top Level Functional Specification, appendix C) belong to an interface that the kernel is not asked to offer; some of
    // them are clocks, which never read the same twice.
    const uint FirstHyperV = 0x40000000;
    const uint LastHyperV = 0x40000fff;

    /// <summary>
    /// The memory type range registers (Intel SDM volume 3A, 12.11): eight pairs of base and mask, the fixed ranges, and last the default type, which switches them on. Firmware sets them and
    /// operating systems read them; KVM keeps them without listing them.
    /// </summary>
    public static IReadOnlyList<uint> MemoryTypes { get; } = [.. Enumerable.Range(0x200, 16).Select(index => (uint)index), 0x250, 0x258, 0x259, .. Enumerable.Range(0x268, 8).Select(index => (uint)index), 0x2ff];

    /// <summary>Whether a register's value is part of a vCPU's state, beside those that have a place of their own.</summary>
    public static bool IsState(uint index) => index is not (TimeStampCounter or TscDeadline or (>= FirstHyperV and <= LastHyperV));
}
