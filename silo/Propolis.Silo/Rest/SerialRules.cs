using System.Text.Json;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Instances;

namespace Propolis.Silo.Rest;

/// <summary>How a reader follows an instance from VMM to VMM without losing or repeating bytes where that can be known.</summary>
public static class SerialRules
{
    /// <summary>Whether an instance has a console to join.</summary>
    /// <param name="instance">The instance.</param>
    public static bool HasConsole(InstanceView instance) =>
        instance.Sled is not null && instance.Vmm is VmmState.Starting or VmmState.Running or VmmState.Rebooting or VmmState.Stopping or VmmState.Migrating;

    /// <summary>The VMM whose console an instance has.</summary>
    /// <param name="instance">The instance.</param>
    public static long VmmOf(InstanceView instance) => instance.VmmIncarnation ?? instance.Incarnation;

    /// <summary>Where to start at a VMM.</summary>
    /// <param name="position">How far the reader has come.</param>
    /// <param name="first">Where the reader wanted to start.</param>
    /// <param name="incarnation">The VMM.</param>
    /// <param name="guestSince">The VMM that started its guest. A reader that was joined to that one or a later one goes on with the same guest, whose history came along, whether its
    /// source could say so or not: it is removed as soon as the move is decided.</param>
    public static SerialStart StartAt(SerialPosition position, SerialStart first, long incarnation, long? guestSince = null)
    {
        if (position.Incarnation == 0)
            return first;
        if (!IsSameGuest(position, incarnation, guestSince))
            return new(0, null);
        return position.Offset is { } offset ? new(offset, null) : SerialStart.Now;
    }

    /// <summary>
    /// Whether a reader that joins a VMM meets the guest that it left at another: what that one had not taken of what was typed is then for this one. At the VMM that it left, what
    /// became of the last bytes is not known, and twice is worse than not at all.
    /// </summary>
    /// <param name="position">How far the reader has come.</param>
    /// <param name="incarnation">The VMM.</param>
    /// <param name="guestSince">The VMM that started its guest.</param>
    public static bool HasMoved(SerialPosition position, long incarnation, long? guestSince) =>
        position.Incarnation != 0 && position.Incarnation != incarnation && IsSameGuest(position, incarnation, guestSince);

    /// <summary>The position after joining a VMM.</summary>
    /// <param name="start">Where it was asked to start.</param>
    /// <param name="incarnation">The VMM.</param>
    public static SerialPosition Joined(SerialStart start, long incarnation) => new() { Incarnation = incarnation, Offset = start.FromStart };

    /// <summary>The position after so many bytes.</summary>
    /// <param name="position">The position before.</param>
    /// <param name="count">Bytes.</param>
    public static SerialPosition Read(SerialPosition position, int count) => position.Offset is { } offset ? position with { Offset = offset + count } : position;

    /// <summary>How many typed bytes the guest has taken, by a text frame of propolis-server, <c>{"typed": ...}</c>; null when it is another.</summary>
    /// <param name="frame">The frame.</param>
    public static long? Typed(ReadOnlySpan<byte> frame) =>
        Parse(frame) is { } told && Member(told, "typed") is { ValueKind: JsonValueKind.Number } typed && typed.TryGetInt64(out var count) ? count : null;

    /// <summary>The position after a text frame of propolis-server, <c>{"migrating": {"destination": ..., "from_start": ...}}</c>; others change nothing.</summary>
    /// <param name="position">The position before.</param>
    /// <param name="frame">The frame.</param>
    public static SerialPosition Told(SerialPosition position, ReadOnlySpan<byte> frame)
    {
        if (Parse(frame) is not { } told || Member(told, "migrating") is not { } migrating)
            return position;
        var offset = Member(migrating, "from_start") is { ValueKind: JsonValueKind.Number } from && from.TryGetInt64(out var number) ? number : position.Offset;
        return position with { Moving = true, Offset = offset };
    }

    static bool IsSameGuest(SerialPosition position, long incarnation, long? guestSince) =>
        position.Moving || (position.Incarnation >= (guestSince ?? incarnation) && position.Incarnation <= incarnation);

    static JsonElement? Parse(ReadOnlySpan<byte> frame)
    {
        try
        {
            var reader = new Utf8JsonReader(frame);
            return JsonElement.ParseValue(ref reader);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static JsonElement? Member(JsonElement element, string name)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                if (string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase))
                    return member.Value;
            }
        }
        return null;
    }
}
