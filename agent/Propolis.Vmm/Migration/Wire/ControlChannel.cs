using System.Buffers.Binary;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Migration.Wire;

/// <summary>
/// The control connection: frames of a 32-bit length, a type and that many bytes. One sender and one receiver at a time. What the other side does wrong, and a connection that
/// breaks, are <see cref="MigrationException"/>s with a sentence.
/// </summary>
sealed class ControlChannel(Stream stream) : IDisposable
{
    const int Head = 5;

    readonly SemaphoreSlim _sender = new(1, 1);

    /// <summary>Sends a frame whose payload <paramref name="fill"/> writes.</summary>
    public Task SendAsync(ControlType type, Action<StateWriter> fill, CancellationToken cancellation)
    {
        var writer = new StateWriter();
        fill(writer);
        return SendAsync(type, writer.Written.ToArray(), cancellation);
    }

    /// <summary>Sends a frame.</summary>
    public async Task SendAsync(ControlType type, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        var frame = new byte[Head + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, payload.Length);
        frame[4] = (byte)type;
        payload.Span.CopyTo(frame.AsSpan(Head));
        await _sender.WaitAsync(cancellation);
        try
        {
            await stream.WriteAsync(frame, cancellation);
            await stream.FlushAsync(cancellation);
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException)
        {
            throw new MigrationException("The connection to the other side broke.", broken);
        }
        finally
        {
            _sender.Release();
        }
    }

    /// <summary>Receives the next frame.</summary>
    public async Task<ControlFrame> ReceiveAsync(CancellationToken cancellation)
    {
        var head = new byte[Head];
        await FillAsync(head, cancellation);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(head);
        if (!Enum.IsDefined((ControlType)head[4])) throw new MigrationException($"The other side sent a frame of type {head[4]}, which this build does not know.");
        if (length > MigrationLimits.ControlFrame) throw new MigrationException($"The other side sent a frame of {length} bytes; at most {MigrationLimits.ControlFrame} are possible.");
        // What is announced is not believed: memory is taken as the bytes come.
        var payload = new byte[Math.Min(length, 1 << 16)];
        var filled = 0;
        while (filled < length)
        {
            if (filled == payload.Length) Array.Resize(ref payload, (int)Math.Min(length, payload.Length * 4L));
            await FillAsync(payload.AsMemory(filled), cancellation);
            filled = payload.Length;
        }
        return new ControlFrame((ControlType)head[4], payload);
    }

    /// <summary>
    /// Receives a frame that must be of a type; <see cref="ControlType.Refuse"/> and <see cref="ControlType.Cancel"/> become exceptions with the other side's reason.
    /// </summary>
    public async Task<ControlFrame> ExpectAsync(ControlType type, CancellationToken cancellation)
    {
        var frame = await ReceiveAsync(cancellation);
        return frame.Type == type ? frame : throw Unexpected(frame, type);
    }

    /// <summary>What a frame means that comes where another belongs.</summary>
    public static MigrationException Unexpected(ControlFrame frame, ControlType expected) => frame.Type switch
    {
        ControlType.Refuse => new MigrationException($"The target refused: {Reason(frame)}"),
        ControlType.Cancel => new MigrationException($"The other side gave up: {Reason(frame)}"),
        _ => new MigrationException($"The other side sent {frame.Type} where {expected} belongs."),
    };

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    /// <summary>The sentence in a <see cref="ControlType.Refuse"/> or <see cref="ControlType.Cancel"/>.</summary>
    public static string Reason(ControlFrame frame)
    {
        try
        {
            return frame.Read().ReadString();
        }
        catch (StateFormatException)
        {
            return "without a reason.";
        }
    }

    async Task FillAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            await stream.ReadExactlyAsync(buffer, cancellation);
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException)
        {
            throw new MigrationException("The connection to the other side broke.", broken);
        }
    }
}
