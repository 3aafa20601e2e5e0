using Propolis.Vmm.Devices.Nvme.Wire;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>Takes what becomes of commands; called from any thread.</summary>
interface ICommandAnswers
{
    /// <summary>A command has ended; an entry for its answer was reserved.</summary>
    void Answer(SubmissionQueue queue, ushort commandId, uint result, NvmeStatus status);

    /// <summary>The flush of a shutdown has ended, well or not.</summary>
    void Flushed();

    /// <summary>After a command has ended: <paramref name="isAwaited"/> when fetching or a deletion waits for it, <paramref name="isLast"/> when nothing is in flight now.</summary>
    void Ended(bool isAwaited, bool isLast);
}
