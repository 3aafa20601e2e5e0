using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>
/// The controller's payload, version 1: registers, features, events, error log, counters, power-on time, shadow pages, completion queues, submission queues. Nothing is
/// in flight when it is written: commands that were not fetched are in guest memory.
/// </summary>
static class NvmeSnapshot
{
    /// <summary>Writes the parts.</summary>
    public static void Export(NvmeParts parts, StateWriter writer)
    {
        parts.Registers.Export(writer);
        parts.Features.Export(writer);
        parts.Events.Export(writer);
        parts.Errors.Export(writer);
        parts.Counters.Export(writer);
        parts.PowerOn.Export(writer);
        writer.Write(parts.Queues.ShadowPage);
        writer.Write(parts.Queues.EventIndexPage);
        for (var id = 0; id < NvmeRules.MaxQueues; id++) ExportCompletion(parts.Queues.Completion(id), writer);
        for (var id = 0; id < NvmeRules.MaxQueues; id++) ExportSubmission(parts.Queues.Submission(id), writer);
    }

    /// <summary>Replaces the parts. Throws <see cref="StateFormatException"/> for positions that cannot be.</summary>
    public static void Import(NvmeParts parts, StateReader reader)
    {
        parts.Registers.Import(reader);
        parts.Features.Import(reader);
        parts.Events.Import(reader);
        parts.Errors.Import(reader);
        parts.Counters.Import(reader);
        parts.PowerOn.Import(reader);
        parts.Queues.Clear();
        parts.Queues.RestoreShadows(reader.ReadUInt64(), reader.ReadUInt64());
        for (ushort id = 0; id < NvmeRules.MaxQueues; id++) ImportCompletion(parts.Queues, id, reader);
        for (ushort id = 0; id < NvmeRules.MaxQueues; id++) ImportSubmission(parts.Queues, id, reader);
    }

    static void ExportCompletion(CompletionQueue? queue, StateWriter writer)
    {
        writer.Write(queue is not null);
        if (queue is null) return;
        var state = queue.Save();
        writer.Write(state.BaseAddress);
        writer.Write(state.Size);
        writer.Write(state.Vector);
        writer.Write(state.HasInterrupts);
        writer.Write(state.Head);
        writer.Write(state.Tail);
        writer.Write(state.Phase);
    }

    static void ImportCompletion(NvmeQueues queues, ushort id, StateReader reader)
    {
        if (!reader.ReadBoolean()) return;
        var state = new CompletionQueueState(
            id, reader.ReadUInt64(), reader.ReadUInt32(), reader.ReadUInt16(), reader.ReadBoolean(), reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadBoolean());
        Check(reader, id, state.Size, state.Head, state.Tail);
        queues.Restore(state);
    }

    static void ExportSubmission(SubmissionQueue? queue, StateWriter writer)
    {
        writer.Write(queue is not null);
        if (queue is null) return;
        var state = queue.Save();
        writer.Write(state.BaseAddress);
        writer.Write(state.Size);
        writer.Write(state.CompletionQueueId);
        writer.Write(state.Head);
        writer.Write(state.Tail);
    }

    static void ImportSubmission(NvmeQueues queues, ushort id, StateReader reader)
    {
        if (!reader.ReadBoolean()) return;
        var state = new SubmissionQueueState(id, reader.ReadUInt64(), reader.ReadUInt32(), reader.ReadUInt16(), reader.ReadUInt32(), reader.ReadUInt32());
        Check(reader, id, state.Size, state.Head, state.Tail);
        if (queues.Completion(state.CompletionQueueId) is null)
            throw new StateFormatException($"{reader.Owner}: submission queue {id} answers to completion queue {state.CompletionQueueId}, which is missing.");
        queues.Restore(state);
    }

    static void Check(StateReader reader, ushort id, uint size, uint head, uint tail)
    {
        if (size is < 2 or > NvmeRules.MaxQueueSize || head >= size || tail >= size)
            throw new StateFormatException($"{reader.Owner}: queue {id} of {size} entries cannot have its head at {head} and its tail at {tail}.");
    }
}
