using System.Runtime.InteropServices;
using Propolis.Vmm.Interop.Linux;

namespace Propolis.Vmm.Hypervisor.Kvm;

/// <summary>Sentences about a vCPU that KVM cannot run on.</summary>
static unsafe class KvmFailure
{
    /// <summary>Explains the exit in the run page, or <paramref name="error"/> when KVM_RUN itself failed.</summary>
    public static string Describe(int id, in KvmRun run, int error, ulong rip)
    {
        if (error != 0) return $"vCPU {id} at RIP 0x{rip:x}: KVM_RUN failed: {Marshal.GetPInvokeErrorMessage(error)} (errno {error}).";
        return run.ExitReason switch
        {
            KvmConstants.ExitFailEntry =>
                $"vCPU {id} at RIP 0x{rip:x}: the processor refused to enter the guest, hardware reason 0x{run.FailEntryHardwareEntryFailureReason:x}.",
            KvmConstants.ExitInternalError when run.InternalSuberror == KvmConstants.InternalErrorEmulation =>
                $"vCPU {id} at RIP 0x{rip:x}: KVM cannot emulate the instruction{InstructionBytes(run)}.",
            KvmConstants.ExitInternalError => $"vCPU {id} at RIP 0x{rip:x}: KVM internal error {run.InternalSuberror}.",
            var reason => $"vCPU {id} at RIP 0x{rip:x}: KVM left the guest for reason {reason}, which this engine did not ask for.",
        };
    }

    // The kernel says with flag bit 0 that it appended the bytes (KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES).
    static string InstructionBytes(in KvmRun run)
    {
        if (run.InternalNdata < 3 || (run.EmulationFailureFlags & 1) == 0) return "";
        fixed (byte* bytes = run.EmulationFailureInsnBytes)
        {
            // SAFETY: the length is bounded by the array in the run page.
            var count = Math.Min((int)run.EmulationFailureInsnSize, 15);
            return " " + Convert.ToHexStringLower(new ReadOnlySpan<byte>(bytes, count));
        }
    }
}
