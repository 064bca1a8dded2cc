/** Pages of whoever sets a site up and looks after its devices. */
import { ApiOutlined, CheckSquareOutlined, QrcodeOutlined, UsbOutlined } from "@ant-design/icons";
import { boardsWords } from "../words/boards.ts";
import { devicesWords } from "../words/devices.ts";
import { setUpWords } from "../words/set-up.ts";
import { setUpFinishWords } from "../words/set-up-finish.ts";
import { later, type PageRow } from "./page-row.ts";

export const TECHNICIAN_PAGES: readonly PageRow[] = [
  {
    path: "/devices",
    title: devicesWords.title,
    roles: "anyone",
    group: "devices",
    icon: ApiOutlined,
    page: later(() => import("../pages/devices/devices-page.tsx"), "DevicesPage"),
  },
  {
    path: "/devices/:id",
    title: devicesWords.device,
    roles: "anyone",
    group: "none",
    page: later(() => import("../pages/devices/device-page.tsx"), "DevicePage"),
  },
  {
    path: "/lines",
    title: devicesWords.linesTitle,
    roles: ["technician"],
    group: "devices",
    icon: UsbOutlined,
    page: later(() => import("../pages/devices/lines-page.tsx"), "LinesPage"),
  },
  {
    path: "/boards/new",
    title: boardsWords.newBoard,
    roles: ["technician"],
    group: "none",
    page: later(() => import("../pages/devices/new-board-page.tsx"), "NewBoardPage"),
  },
  {
    path: "/set-up",
    title: setUpWords.title,
    roles: ["technician"],
    group: "devices",
    icon: CheckSquareOutlined,
    page: later(() => import("../pages/set-up/set-up-page.tsx"), "SetUpPage"),
  },
  {
    path: "/set-up/:step",
    title: setUpWords.title,
    roles: ["technician"],
    group: "none",
    page: later(() => import("../pages/set-up/set-up-page.tsx"), "SetUpPage"),
  },
  {
    path: "/set-up-report",
    title: setUpFinishWords.report,
    roles: "anyone",
    group: "none",
    page: later(() => import("../pages/set-up/report-page.tsx"), "ReportPage"),
  },
  {
    path: "/labels",
    title: setUpFinishWords.labels,
    roles: "anyone",
    group: "devices",
    icon: QrcodeOutlined,
    page: later(() => import("../pages/set-up/labels-page.tsx"), "LabelsPage"),
  },
];
