using System.Buffers.Binary;
using Propolis.Vmm.Net;

namespace Propolis.Vmm.Devices.Virtio.Net;

/// <summary>What commands of the control queue do (VIRTIO 1.2, 5.1.6.5).</summary>
public static class NetControlRules
{
    /// <summary>Longest command with its two-byte header; room for tables far beyond the filter's limit.</summary>
    public const int MaxLength = 8192;

    /// <summary>VIRTIO_NET_OK.</summary>
    public const byte Ok = 0;

    /// <summary>VIRTIO_NET_ERR.</summary>
    public const byte Error = 1;

    /// <summary>The state after a command, or null when it is wrong or was not agreed; the state then stays.</summary>
    public static NetControlState? Apply(NetControlState state, ulong features, int pairs, ControlCommand command, ReadOnlySpan<byte> data)
    {
        if ((features & Needs(command)) == 0) return null;
        return command switch
        {
            ControlCommand.MacTableSet => SetTable(state, data),
            ControlCommand.MacAddressSet => SetAddress(state, data),
            ControlCommand.AnnounceAck => state with { IsAnnouncing = false },
            ControlCommand.QueuePairsSet => SetPairs(state, pairs, data),
            _ => data.Length == 1 ? SetMode(state, command, data[0] != 0) : null,
        };
    }

    static ulong Needs(ControlCommand command) => command switch
    {
        <= ControlCommand.ReceiveAllMulticast or ControlCommand.MacTableSet => VirtioNetFeatures.ControlReceive,
        <= ControlCommand.ReceiveNoBroadcast => VirtioNetFeatures.ControlReceiveExtra,
        ControlCommand.MacAddressSet => VirtioNetFeatures.ControlMacAddress,
        ControlCommand.AnnounceAck => VirtioNetFeatures.GuestAnnounce,
        ControlCommand.QueuePairsSet => VirtioNetFeatures.MultiQueue,
        _ => 0,
    };

    static NetControlState? SetMode(NetControlState state, ControlCommand command, bool isOn)
    {
        var filter = state.Filter;
        return state with
        {
            Filter = command switch
            {
                ControlCommand.ReceivePromiscuous => filter with { IsPromiscuous = isOn },
                ControlCommand.ReceiveAllMulticast => filter with { AllowsAllMulticast = isOn },
                ControlCommand.ReceiveAllUnicast => filter with { AllowsAllUnicast = isOn },
                ControlCommand.ReceiveNoMulticast => filter with { BarsMulticast = isOn },
                ControlCommand.ReceiveNoUnicast => filter with { BarsUnicast = isOn },
                _ => filter with { BarsBroadcast = isOn },
            },
        };
    }

    static NetControlState? SetTable(NetControlState state, ReadOnlySpan<byte> data)
    {
        if (!TryTakeTable(ref data, out var unicast) || !TryTakeTable(ref data, out var multicast) || !data.IsEmpty) return null;
        return state with
        {
            Filter = state.Filter with
            {
                Unicast = unicast ?? [],
                UnicastOverflowed = unicast is null,
                Multicast = multicast ?? [],
                MulticastOverflowed = multicast is null,
            },
        };
    }

    /// <summary>Takes a count and that many addresses; null addresses for a table above the limit.</summary>
    static bool TryTakeTable(ref ReadOnlySpan<byte> data, out MacAddress[]? addresses)
    {
        addresses = null;
        if (data.Length < 4) return false;
        var count = BinaryPrimitives.ReadUInt32LittleEndian(data);
        data = data[4..];
        if (count > (uint)data.Length / MacAddress.Length) return false;
        if (count <= ReceiveFilter.MaxAddresses)
        {
            addresses = new MacAddress[count];
            for (var i = 0; i < addresses.Length; i++) addresses[i] = new MacAddress(data[(i * MacAddress.Length)..]);
        }
        data = data[((int)count * MacAddress.Length)..];
        return true;
    }

    static NetControlState? SetAddress(NetControlState state, ReadOnlySpan<byte> data) =>
        data.Length == MacAddress.Length ? state with { Filter = state.Filter with { Mac = new MacAddress(data) } } : null;

    static NetControlState? SetPairs(NetControlState state, int pairs, ReadOnlySpan<byte> data)
    {
        if (data.Length != 2) return null;
        var wanted = BinaryPrimitives.ReadUInt16LittleEndian(data);
        return wanted >= 1 && wanted <= pairs ? state with { ActivePairs = wanted } : null;
    }
}
