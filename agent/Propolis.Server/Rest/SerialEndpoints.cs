using System.Net;
using Microsoft.AspNetCore.Mvc;
using Propolis.Contracts;
using Propolis.Contracts.Server;
using Propolis.Server.Instances;
using Propolis.Server.Serial;

namespace Propolis.Server.Rest;

/// <summary>The VM's first serial port: its history, and a WebSocket to it.</summary>
static class SerialEndpoints
{
    const ulong DefaultHistoryBytes = 16 * 1024;

    /// <summary>Adds them.</summary>
    public static void MapSerial(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/instance/serial/history", GetHistory).WithName("instance_serial_history_get");
        routes.MapGet("/instance/serial", AttachAsync).WithName("instance_serial");
    }

    static InstanceSerialConsoleHistoryResponse GetHistory(
        InstanceSlot slot,
        [FromQuery(Name = "from_start")] ulong? fromStart,
        [FromQuery(Name = "most_recent")] ulong? mostRecent,
        [FromQuery(Name = "max_bytes")] ulong? maxBytes)
    {
        var output = slot.Current.Serial.Output;
        var limit = maxBytes ?? DefaultHistoryBytes;
        var position = SerialOffsetRules.Resolve(fromStart, mostRecent, limit, output);
        var buffer = new byte[Math.Min(limit, (ulong)(output.End - position))];
        var count = 0;
        // A gap ends the answer: its bytes are one run.
        for (var next = position; count < buffer.Length && output.Read(ref next, buffer.AsSpan(count)) is var read and > 0 && next - read == position + count; count += read)
        {
        }
        return new InstanceSerialConsoleHistoryResponse { Data = new EquatableList<byte>(buffer[..count]), LastByteOffset = (ulong)(position + count) };
    }

    static async Task AttachAsync(
        HttpContext context,
        InstanceSlot slot,
        StoppingToken stopping,
        TimeProvider clock,
        [FromQuery(Name = "from_start")] ulong? fromStart,
        [FromQuery(Name = "most_recent")] ulong? mostRecent,
        [FromQuery(Name = "typed")] bool? typed)
    {
        var instance = slot.Current;
        var serial = instance.Serial;
        var position = SerialOffsetRules.Resolve(fromStart, mostRecent, 0, serial.Output);
        if (!context.WebSockets.IsWebSocketRequest) throw new ServerException(HttpStatusCode.BadRequest, "The serial port speaks WebSocket; GET /instance/serial/history needs none.");
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var stop = stopping.Or(context.RequestAborted);
        await new SerialSession(socket, serial, instance.SerialOver, typed ?? false, clock).RunAsync(position, stop.Token);
    }
}
