using Propolis.Vmm.Net;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Virtio.Net;

/// <summary>The card's own part of a snapshot: <see cref="NetControlState"/> field by field.</summary>
static class NetControlSnapshot
{
    /// <summary>Writes the state.</summary>
    public static void Export(NetControlState state, StateWriter writer)
    {
        writer.Write(state.ActivePairs);
        writer.Write(state.IsAnnouncing);
        writer.Write(state.IsLinkUp);
        var filter = state.Filter;
        WriteAddresses(writer, [filter.Mac]);
        writer.Write(filter.IsPromiscuous);
        writer.Write(filter.AllowsAllMulticast);
        writer.Write(filter.AllowsAllUnicast);
        writer.Write(filter.BarsMulticast);
        writer.Write(filter.BarsUnicast);
        writer.Write(filter.BarsBroadcast);
        writer.Write(filter.UnicastOverflowed);
        writer.Write(filter.MulticastOverflowed);
        WriteAddresses(writer, filter.Unicast);
        WriteAddresses(writer, filter.Multicast);
    }

    /// <summary>Reads the state for a card with <paramref name="pairs"/> queue pairs.</summary>
    public static NetControlState Import(StateReader reader, int pairs)
    {
        var activePairs = reader.ReadInt32();
        if (activePairs < 1 || activePairs > pairs) throw new StateFormatException($"{reader.Owner}: {activePairs} queue pairs in use where there are {pairs}.");
        return new NetControlState
        {
            ActivePairs = activePairs,
            IsAnnouncing = reader.ReadBoolean(),
            IsLinkUp = reader.ReadBoolean(),
            Filter = ImportFilter(reader),
        };
    }

    static void WriteAddresses(StateWriter writer, ReadOnlySpan<MacAddress> addresses)
    {
        writer.Write(addresses.Length);
        Span<byte> bytes = stackalloc byte[MacAddress.Length];
        foreach (var address in addresses)
        {
            address.CopyTo(bytes);
            writer.Write((ReadOnlySpan<byte>)bytes);
        }
    }

    static MacAddress[] ReadAddresses(StateReader reader)
    {
        var count = reader.ReadInt32();
        if (count is < 0 or > ReceiveFilter.MaxAddresses) throw new StateFormatException($"{reader.Owner}: a table of {count} addresses, where up to {ReceiveFilter.MaxAddresses} belong.");
        var addresses = new MacAddress[count];
        Span<byte> bytes = stackalloc byte[MacAddress.Length];
        for (var i = 0; i < count; i++)
        {
            reader.ReadBytes(bytes);
            addresses[i] = new MacAddress(bytes);
        }
        return addresses;
    }

    static ReceiveFilter ImportFilter(StateReader reader)
    {
        var own = ReadAddresses(reader);
        if (own.Length != 1) throw new StateFormatException($"{reader.Owner}: {own.Length} addresses of the card where one belongs.");
        return new ReceiveFilter
        {
            Mac = own[0],
            IsPromiscuous = reader.ReadBoolean(),
            AllowsAllMulticast = reader.ReadBoolean(),
            AllowsAllUnicast = reader.ReadBoolean(),
            BarsMulticast = reader.ReadBoolean(),
            BarsUnicast = reader.ReadBoolean(),
            BarsBroadcast = reader.ReadBoolean(),
            UnicastOverflowed = reader.ReadBoolean(),
            MulticastOverflowed = reader.ReadBoolean(),
            Unicast = ReadAddresses(reader),
            Multicast = ReadAddresses(reader),
        };
    }
}
