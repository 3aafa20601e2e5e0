using Propolis.Vmm.Machine;
using Propolis.Vmm.Migration.Wire;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Migration;

/// <summary>State of a paused machine over the control connection: the payloads of snapshots, each as a head and as many pieces as it needs.</summary>
static class StateTransfer
{
    // Only against nonsense: nothing waits so long.
    static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    /// <summary>All payloads of a machine and of what the program adds.</summary>
    public static IReadOnlyList<StatePayload> Collect(MachineBody machine, StateRegistry extras) =>
        [.. machine.Export(), .. extras.Export().Select(p => p with { Name = MachineFacts.ExtraPrefix + p.Name })];

    /// <summary>Sends them.</summary>
    public static async Task SendAsync(ControlChannel control, IReadOnlyList<StatePayload> states, MigrationCounters counters, CancellationToken cancellation)
    {
        foreach (var state in states)
        {
            await control.SendAsync(ControlType.StateHead, writer =>
            {
                writer.Write(state.Name);
                writer.Write(state.Kind);
                writer.Write(state.Version);
                writer.Write(state.Data.Length);
            }, cancellation);
            for (var rest = state.Data; rest.Length > 0;)
            {
                var piece = rest[..Math.Min(rest.Length, MigrationLimits.StateChunk)];
                await control.SendAsync(ControlType.StateBytes, piece, cancellation);
                counters.AddWireBytes(piece.Length);
                rest = rest[piece.Length..];
            }
        }
    }

    /// <summary>The source's last word: how many states there were, and how long the guest stood still until the target had all pages.</summary>
    public static void WriteFinal(StateWriter writer, int count, TimeSpan stoodStill)
    {
        writer.Write(count);
        writer.Write((long)stoodStill.TotalMicroseconds);
    }

    /// <summary>Receives them up to the source's last word, and with it how long the guest stood still before. Throws <see cref="MigrationException"/> or <see cref="StateFormatException"/> for what does not hold together.</summary>
    public static async Task<(IReadOnlyList<StatePayload> States, TimeSpan StoodStill)> ReceiveAsync(ControlChannel control, MigrationLimits limits, MigrationCounters counters, CancellationToken cancellation)
    {
        var states = new List<StatePayload>();
        var total = 0L;
        while (true)
        {
            var frame = await control.ReceiveAsync(cancellation);
            if (frame.Type == ControlType.Final)
            {
                var (count, stoodStill) = ReadFinal(frame);
                return count == states.Count ? (states, stoodStill) : throw new MigrationException($"The source announced {count} states and sent {states.Count}.");
            }
            if (frame.Type != ControlType.StateHead) throw ControlChannel.Unexpected(frame, ControlType.StateHead);
            var head = ReadHead(frame);
            total += head.Length;
            if (total > limits.StateBytes) throw new MigrationException($"The source sends more than {limits.StateBytes >> 20} MiB of state.");
            states.Add(new StatePayload(head.Name, head.Kind, head.Version, await ReceiveDataAsync(control, head.Length, counters, cancellation)));
        }
    }

    static (int Count, TimeSpan StoodStill) ReadFinal(ControlFrame frame)
    {
        var reader = frame.Read();
        var (count, microseconds) = (reader.ReadInt32(), reader.ReadInt64());
        reader.ExpectEnd();
        return microseconds >= 0 && microseconds <= LongestPause.TotalMicroseconds
            ? (count, TimeSpan.FromMicroseconds(microseconds))
            : throw new MigrationException($"The source says that the guest stood still for {microseconds} microseconds.");
    }

    static (string Name, string Kind, int Version, int Length) ReadHead(ControlFrame frame)
    {
        var reader = frame.Read();
        var head = (reader.ReadString(), reader.ReadString(), reader.ReadInt32(), Length: reader.ReadInt32());
        reader.ExpectEnd();
        return head.Length >= 0 ? head : throw new MigrationException("The source announced a state of negative length.");
    }

    static async Task<ReadOnlyMemory<byte>> ReceiveDataAsync(ControlChannel control, int length, MigrationCounters counters, CancellationToken cancellation)
    {
        var data = new MemoryStream();
        while (data.Length < length)
        {
            var piece = await control.ExpectAsync(ControlType.StateBytes, cancellation);
            if (piece.Payload.IsEmpty || piece.Payload.Length > length - data.Length) throw new MigrationException("The source sent a piece of state that does not fit its head.");
            data.Write(piece.Payload.Span);
            counters.AddWireBytes(piece.Payload.Length);
        }
        return data.GetBuffer().AsMemory(0, length);
    }
}
