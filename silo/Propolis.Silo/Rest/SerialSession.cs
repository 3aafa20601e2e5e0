using System.Net.WebSockets;
using System.Text.Json;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Rest;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Sleds;
using Propolis.Terminal;

namespace Propolis.Silo.Rest;

/// <summary>
/// Joins one reader to an instance's serial console, and again wherever the instance goes, until the reader leaves or the instance is gone. Bytes
/// go both ways in binary frames; text frames to the reader are <see cref="SerialNote"/>s. What is typed while
/// there is no console, or was not taken by a guest that moved, is kept for the next one (<see cref="SerialTyping"/>); a reader that types more than is kept is closed with the reason.
/// <code>
/// find the instance ── no console ──▶ tell, wait ──▶ find it again
///        │ console                                       ▲
///        ▼                                               │
///      join ──▶ tell ──▶ pass bytes on ── it ends ───────┘
/// </code>
/// </summary>
/// <param name="grains">The grains.</param>
/// <param name="dialer">Reaches consoles.</param>
/// <param name="time">The clock.</param>
/// <param name="reader">The reader.</param>
public sealed class SerialSession(IGrains grains, ISerialDialer dialer, TimeProvider time, WebSocket reader)
{
    /// <summary>How long a reader may wait for a console.</summary>
    public static readonly TimeSpan WaitLimit = TimeSpan.FromMinutes(10);

    static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);
    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    readonly byte[] _buffer = new byte[16384];
    readonly SerialTyping _typing = new();
    SerialPosition _position = new();
    SerialNote? _told;

    /// <summary>Runs until the end.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="start">Where the reader wants to start.</param>
    /// <param name="position">How far it has come, when it was joined before.</param>
    /// <param name="cancel">The silo stops.</param>
    public async Task RunAsync(InstanceId instance, SerialStart start, SerialPosition position, CancellationToken cancel)
    {
        _position = position;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var typing = TakeTypedAsync(ending);
        try
        {
            var (status, why) = await FollowAsync(instance, start, ending.Token);
            await CloseAsync(status, why);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            await (cancel.IsCancellationRequested ? CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "the silo stops") : CloseAsync(WebSocketCloseStatus.NormalClosure, ""));
        }
        // A cancelled read breaks the connection off, so the reader gets time to answer the close.
        await Task.WhenAny(typing, Task.Delay(CloseLimit, time, CancellationToken.None));
        await ending.CancelAsync();
        await typing;
    }

    async Task<(WebSocketCloseStatus Status, string Why)> FollowAsync(InstanceId instance, SerialStart start, CancellationToken cancel)
    {
        var since = time.GetTimestamp();
        while (time.GetElapsedTime(since) < WaitLimit)
        {
            var reply = await grains.Get<IInstanceGrain>(instance.Value).GetAsync();
            if (reply.Refusal is { } refusal)
                return (WebSocketCloseStatus.NormalClosure, refusal.Detail);
            var view = reply.Value!;
            if (view.Phase == InstancePhase.Deleted)
                return (WebSocketCloseStatus.NormalClosure, "the instance is deleted");
            if (SerialRules.HasConsole(view) && await JoinAsync(view, start, cancel) is { } console)
            {
                using (console)
                    await PassSentAsync(console, cancel);
                since = time.GetTimestamp();
            }
            else if (_typing.IsFull)
                return (WebSocketCloseStatus.PolicyViolation, $"more than {SerialTyping.Limit >> 10} KiB were typed while there was no console; none of it was given to the guest");
            else
                await TellAsync(new() { Phase = view.Phase, Reason = view.Reason }, cancel);
            await Task.Delay(LookEvery, time, cancel);
        }
        return (WebSocketCloseStatus.NormalClosure, $"there was no console for {WaitLimit.TotalMinutes:0} minutes");
    }

    async Task<WebSocket?> JoinAsync(InstanceView view, SerialStart first, CancellationToken cancel)
    {
        var sled = await grains.Get<ISledGrain>(view.Sled!.Value.Value).GetAsync();
        if (sled.Value is not { } there)
            return null;
        try
        {
            var vmm = SerialRules.VmmOf(view);
            var start = await CountedAsync(there.Address, view, SerialRules.StartAt(_position, first, vmm, view.GuestSince), cancel);
            var console = await dialer.JoinAsync(there.Address, view.Id, vmm, start, cancel);
            _typing.Begin(SerialRules.HasMoved(_position, vmm, view.GuestSince));
            _position = SerialRules.Joined(start, vmm);
            await TellAsync(new() { Incarnation = vmm, Sled = view.Sled, Offset = _position.Offset }, cancel);
            return console;
        }
        catch (SledCallException)
        {
            return null;
        }
    }

    /// <summary>So many bytes back, as an offset since the start, so that the position is known; as it was when the agent cannot tell.</summary>
    async Task<SerialStart> CountedAsync(string address, InstanceView view, SerialStart start, CancellationToken cancel)
    {
        if (start.FromStart is not null)
            return start;
        try
        {
            var history = await dialer.HistoryAsync(address, view.Id, SerialRules.VmmOf(view), new(null, 1), 1, cancel);
            return new(Math.Max(0, (long)history.LastByteOffset - (start.MostRecent ?? 0)), null);
        }
        catch (SledCallException)
        {
            return start;
        }
    }

    async Task PassSentAsync(WebSocket console, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var typing = _typing.PassToAsync(console, over.Token);
        try
        {
            while (await console.ReceiveAsync(_buffer.AsMemory(), cancel) is { MessageType: not WebSocketMessageType.Close } frame)
            {
                if (frame.MessageType == WebSocketMessageType.Text)
                {
                    if (SerialRules.Typed(_buffer.AsSpan(0, frame.Count)) is { } typed)
                        _typing.Taken(typed);
                    _position = SerialRules.Told(_position, _buffer.AsSpan(0, frame.Count));
                    // The guest goes on elsewhere, and so does what is typed.
                    if (_position.Moving)
                        await over.CancelAsync();
                }
                else if (frame.Count > 0)
                {
                    await reader.SendAsync(_buffer.AsMemory(0, frame.Count), WebSocketMessageType.Binary, endOfMessage: true, cancel);
                    _position = SerialRules.Read(_position, frame.Count);
                }
            }
        }
        catch (WebSocketException) when (reader.State == WebSocketState.Open)
        {
        }
        finally
        {
            await over.CancelAsync();
            await typing;
        }
    }

    async Task TakeTypedAsync(CancellationTokenSource ending)
    {
        var buffer = new byte[4096];
        try
        {
            while (await reader.ReceiveAsync(buffer.AsMemory(), ending.Token) is { MessageType: not WebSocketMessageType.Close } frame)
            {
                if (frame.MessageType == WebSocketMessageType.Binary)
                    await _typing.TakeAsync(buffer.AsMemory(0, frame.Count), ending.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
        }
        await ending.CancelAsync();
    }

    async Task TellAsync(SerialNote note, CancellationToken cancel)
    {
        if (note == _told)
            return;
        _told = note;
        await reader.SendAsync(JsonSerializer.SerializeToUtf8Bytes(note, PropolisJson.Options), WebSocketMessageType.Text, endOfMessage: true, cancel);
    }

    async Task CloseAsync(WebSocketCloseStatus status, string why)
    {
        const int longest = 120;
        using var deadline = new CancellationTokenSource(CloseLimit, time);
        try
        {
            if (reader.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await reader.CloseOutputAsync(status, why.Length > longest ? why[..longest] : why, deadline.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
        }
    }
}
